import json
from pathlib import Path
from typing import Any

import pytest

from catclf.encoders.admission import Graph, Tensor
from catclf.encoders.convention import Convention, ConventionOptions, convention_of
from catclf.encoders.output import output_of
from catclf.errors import EncoderError

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_DEVIATION = (58.395, 57.12, 57.375)


def graph(*shape: int, dtype: str = "float32", metadata: dict[str, str] | None = None) -> Graph:
    image = Tensor("image", dtype, (None, *(shape or (3, 224, 224))))
    return Graph(image, Tensor("features", "float32", (None, 5)), metadata or {})


def write_config(folder: Path, entries: object) -> Path:
    text = entries if isinstance(entries, str) else json.dumps(entries)
    (folder / "preprocessor_config.json").write_text(text)
    return folder / "encoder.onnx"


def test_assumes_the_convention_of_imagenet_and_says_so() -> None:
    convention = convention_of(graph())
    assert convention.mean == pytest.approx(IMAGENET_MEAN)
    assert convention.deviation == pytest.approx(IMAGENET_DEVIATION)
    assert (convention.channels, convention.resize) == ("RGB", "stretch")
    assert convention.source == "assumed"


def test_uint8_is_normalised_by_the_network() -> None:
    convention = convention_of(graph(96, 96, 3, dtype="uint8", metadata={"mean": "1,2,3"}))
    assert (convention.layout, convention.side) == ("NHWC", 96)
    assert (convention.mean, convention.deviation) == ((0, 0, 0), (1, 1, 1))
    assert convention.source == "graph"
    options = ConventionOptions(mean="1,2,3", deviation="1,2,3")
    with pytest.raises(EncoderError, match="takes uint8, so it normalises images itself"):
        convention_of(graph(96, 96, 3, dtype="uint8"), options=options)


@pytest.mark.parametrize(
    "shape", [(3, 224, 225), (4, 224, 224), (224, 224), (3, 8, 8), (3, 2000, 2000), (3, 3, 3)]
)
def test_refuses_what_is_no_square_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(EncoderError, match=r"has an input .* not .images, 3, side, side. or"):
        convention_of(graph(*shape))


@pytest.mark.parametrize(
    ("mean", "deviation", "expected"),
    [
        ("0.485,0.456,0.406", "0.229,0.224,0.225", (IMAGENET_MEAN, IMAGENET_DEVIATION)),
        ("[0.485, 0.456, 0.406]", "[0.229,0.224,0.225]", (IMAGENET_MEAN, IMAGENET_DEVIATION)),
        ("127, 127, 127", "128, 128, 128", ((127, 127, 127), (128, 128, 128))),
        ("103.5,116,123", "1,1,1", ((103.5, 116, 123), (1, 1, 1))),
        ("0,0,0", "1,1,1", ((0, 0, 0), (255, 255, 255))),
    ],
)
def test_metadata_and_options_on_either_scale(
    mean: str, deviation: str, expected: tuple[Any, Any]
) -> None:
    metadata = {"mean": mean, "std": deviation, "channel_order": "bgr", "resize": "crop"}
    said = convention_of(graph(metadata=metadata))
    assert said.mean == pytest.approx(expected[0])
    assert said.deviation == pytest.approx(expected[1])
    assert (said.channels, said.resize, said.source) == ("BGR", "crop", "metadata")
    options = ConventionOptions(mean, deviation, channels="RGB", resize="stretch")
    told = convention_of(graph(metadata=metadata | {"mean": "9,9,9"}), options=options)
    assert (told.mean, told.deviation) == (said.mean, said.deviation)
    assert (told.channels, told.resize, told.source) == ("RGB", "stretch", "options")


@pytest.mark.parametrize(
    "text", ["", "1,2", "1,2,3,4", "a,b,c", "NaN,1,1", "Infinity,1,1", "1e999,1,1", "[[1,2,3]]",
             "true,1,1", '"1",1,1', "1," * 10_000, "[" * 10_000]
)  # fmt: skip
def test_refuses_what_is_not_three_numbers(text: str) -> None:
    for said in (ConventionOptions(mean=text, deviation="1,1,1"), None):
        metadata = {} if said else {"mean": text, "std": "1,1,1"}
        with pytest.raises(EncoderError, match=r"mean in .* must be three numbers") as raised:
            convention_of(graph(metadata=metadata), options=said)
        assert len(str(raised.value)) < 200


def test_refuses_half_a_normalisation_and_a_deviation_of_nothing() -> None:
    with pytest.raises(EncoderError, match="must both be in the options, or neither"):
        convention_of(graph(), options=ConventionOptions(mean="1,2,3"))
    with pytest.raises(EncoderError, match="must both be in its metadata, or neither"):
        convention_of(graph(metadata={"std": "1,2,3"}))
    with pytest.raises(EncoderError, match="deviation must be three numbers above 0"):
        convention_of(graph(metadata={"mean": "1,2,3", "std": "1,0,1"}))


@pytest.mark.parametrize(("key", "value"), [("channel_order", "GRB"), ("resize", "\x1b[2J")])
def test_refuses_unknown_words_in_the_metadata(key: str, value: str) -> None:
    with pytest.raises(EncoderError, match="must be one of") as raised:
        convention_of(graph(metadata={key: value}))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("entries", "mean", "deviation"),
    [
        ({"image_mean": [0.5, 0.4, 0.3], "image_std": [0.5] * 3}, (127.5, 102, 76.5), (127.5,) * 3),
        (
            {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "rescale_factor": 1 / 127.5},
            (63.75,) * 3,
            (63.75,) * 3,
        ),
        (
            {"image_mean": [127] * 3, "image_std": [128] * 3, "do_rescale": False},
            (127,) * 3,
            (128,) * 3,
        ),
        ({"do_normalize": False, "image_mean": [9, 9, 9]}, (0,) * 3, (255,) * 3),
    ],
)
def test_reads_the_preprocessor_config_beside_the_file(
    tmp_path: Path, entries: dict[str, Any], mean: Any, deviation: Any
) -> None:
    path = write_config(tmp_path, entries | {"do_center_crop": True, "size": {"height": 224}})
    convention = convention_of(graph(), path)
    assert convention.mean == pytest.approx(mean)
    assert convention.deviation == pytest.approx(deviation)
    assert (convention.source, convention.resize) == ("preprocessor_config.json", "crop")
    metadata = {"mean": "1,2,3", "std": "4,5,6", "resize": "stretch"}
    assert convention_of(graph(metadata=metadata), path).source == "metadata"


def test_a_config_that_does_not_say(tmp_path: Path) -> None:
    assert convention_of(graph(), write_config(tmp_path, {})).source == "assumed"


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ("{", "is not a short JSON object"),
        ("[" * 50_000, "is not a short JSON object"),
        ('{"a": "' + "x" * 70_000 + '"}', "is not a short JSON object"),
        ([1], "is not a short JSON object"),
        ({"image_mean": "0.5", "image_std": [1, 1, 1]}, "image_mean, which is not three numbers"),
        ('{"image_mean": [NaN, 1, 1]}', "is not a short JSON object"),
        ({"image_mean": [1, 1, 1], "image_std": [1, 0, 1]}, "image_std, which is not positive"),
        ({"image_mean": [10**400] * 3}, "image_mean, which is not three numbers"),
        ({"do_center_crop": 1}, "do_center_crop, which is neither true nor false"),
        ({"rescale_factor": 0}, "rescale_factor, which is not a positive number"),
        ({"rescale_offset": True}, "rescale_offset, which catclf does not support"),
    ],
)
def test_refuses_a_config_that_makes_no_sense(tmp_path: Path, entries: object, reason: str) -> None:
    path = write_config(tmp_path, entries)
    with pytest.raises(EncoderError, match=f"preprocessor_config.json beside it .*{reason}"):
        convention_of(graph(), path)


def test_a_round_trip_through_json() -> None:
    options = ConventionOptions("0.1,0.2,0.3", "0.4,0.5,0.7", "BGR", "crop", "mean")
    convention = convention_of(graph(), options=options)
    assert Convention.from_dict(json.loads(json.dumps(convention.to_dict()))) == convention


@pytest.mark.parametrize(
    "change",
    [
        {"side": 224.0}, {"side": True}, {"side": 4}, {"layout": "CHW"}, {"dtype": "int8"},
        {"mean": [1, 2]}, {"mean": "abc"}, {"deviation": [1, 1, 0]}, {"mean": [1, 2, None]},
        {"channels": "rgb"}, {"resize": None}, {"source": "hearsay"}, {"tokens": "last"},
        {"unknown": 1}, {"layout": ["NHWC"]}, {"dtype": "uint8"},
    ],
)  # fmt: skip
def test_refuses_other_dictionaries(change: dict[str, Any]) -> None:
    entries = convention_of(graph()).to_dict()
    with pytest.raises(EncoderError):
        Convention.from_dict(entries | change)
    for key in entries:
        with pytest.raises(EncoderError):
            Convention.from_dict({k: v for k, v in entries.items() if k != key})
    with pytest.raises(EncoderError):
        Convention.from_dict(None)


@pytest.mark.parametrize(
    ("shape", "tokens", "kind", "n", "layout"),
    [
        ((1280,), None, "pooled", 1280, "pooled"),
        ((7, 7, 1280), None, "map", 1280, "NHWC"),
        ((1280, 7, 7), None, "map", 1280, "NCHW"),
        ((1280, 1, 1), None, "map", 1280, "NCHW"),
        ((197, 768), "mean", "pooled", 768, "tokens"),
        ((197, 768), "first", "pooled", 768, "tokens"),
    ],
)
def test_tells_what_the_output_is(
    shape: tuple[int, ...], tokens: str | None, kind: str, n: int, layout: str
) -> None:
    output = output_of(Tensor("features", "float32", (None, *shape)), tokens)
    assert (output.kind, output.n, output.layout) == (kind, n, layout)


@pytest.mark.parametrize(
    ("shape", "tokens", "reason"),
    [
        ((197, 768), None, "if these are tokens, say with the option tokens"),
        ((7, 7, 7), None, "where the channels cannot be told"),
        ((6, 7, 8), None, r"export \(images, n\) or a square map"),
        ((2, 2, 2, 2), None, r"export \(images, n\) or a square map"),
        ((65_537,), None, "at most 65536"),
        ((768,), "mean", "has no tokens"),
        ((197, 768), "last", "tokens must be one of mean, first"),
    ],
)
def test_refuses_outputs_that_need_a_guess(
    shape: tuple[int, ...], tokens: str | None, reason: str
) -> None:
    with pytest.raises(EncoderError, match=reason):
        output_of(Tensor("features", "float32", (None, *shape)), tokens)
