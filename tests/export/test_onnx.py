"""ONNX files say what their models say, whoever runs them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.encoders.encodings import encode
from catclf.errors import ExportError
from catclf.export.export_model import export_model
from catclf.export.onnx.document import INPUT, OUTPUTS
from catclf.export.proof import trial_images
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.decode import resize_images
from catclf.images.preprocessing import Images, Preprocessing
from catclf.model import Model
from tests.conftest import Runner, shared
from tests.encoders.graphs import ENCODERS, convolution, data_of, feature_map
from tests.export.models import course_model, model_of, real_images

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

FEATURES = ["pixels", "hog", "patches", "fourier:patches+hog"]


def session(path: Path) -> Any:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def largest_difference(model: Model, path: Path, images: Images) -> float:
    probability, logit, label = session(path).run(None, {INPUT: images})
    predictions = model.predict_images(images)
    assert label.tolist() == [prediction.label for prediction in predictions]
    expected = [prediction.probability for prediction in predictions]
    np.testing.assert_allclose(probability, expected, atol=1e-4)
    return float(np.abs(logit - model.logits(images)[0]).max())


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", FEATURES)
def test_logits_are_the_models(tmp_path: Path, features: str, flip: bool) -> None:
    model = model_of(features, flip=flip)
    export_model(model, tmp_path / "m.onnx")
    tolerance = 1e-5 if features == "pixels" else 1e-4
    images = trial_images(Preprocessing())
    # Weights at random make larger logits of such images than those of a model.
    scale = max(1.0, float(np.abs(model.logits(images)).max()))
    assert largest_difference(model, tmp_path / "m.onnx", images) <= tolerance * scale


@pytest.mark.parametrize("features", FEATURES)
def test_onnxs_own_evaluator_says_the_same(tmp_path: Path, features: str) -> None:
    from onnx.reference import ReferenceEvaluator

    model = model_of(features, flip=True)
    export_model(model, tmp_path / "m.onnx")
    images = trial_images(Preprocessing())[::5]
    answers: Any = ReferenceEvaluator(str(tmp_path / "m.onnx")).run(None, {INPUT: images})
    _, logit, label = answers
    np.testing.assert_allclose(logit, model.logits(images)[0], rtol=1e-4, atol=1e-4)
    assert label.tolist() == [p.label for p in model.predict_images(images)]


@pytest.mark.real_data
@pytest.mark.parametrize(
    "features", ["pixels", pytest.param("fourier:patches+hog", marks=pytest.mark.slow)]
)
def test_real_images(tmp_path: Path, features: str) -> None:
    model = course_model(features)
    export_model(model, tmp_path / "m.onnx")
    tolerance = 1e-5 if features == "pixels" else 1e-3
    assert largest_difference(model, tmp_path / "m.onnx", real_images()) <= tolerance


@pytest.mark.parametrize("resize", ["stretch", "crop"])
@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_images_of_any_size_are_resized_inside(tmp_path: Path, features: str, resize: str) -> None:
    model = model_of(features, flip=True, preprocessing=Preprocessing(resize))
    proof = export_model(model, tmp_path / "m.onnx", any_size=True)
    assert proof.images == 55
    onnx.checker.check_model(onnx.load(tmp_path / "m.onnx"), full_check=True)
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (2, 3), (20, 30), (100, 77), (77, 100), (500, 375), (3, 1000)):
        image = rng.integers(0, 256, (1, *shape, 3), np.uint8)
        logit = session(tmp_path / "m.onnx").run(["logit"], {INPUT: image})[0]
        expected = model.logits(resize_images(image, model.preprocessing))[0]
        np.testing.assert_allclose(logit, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.real_data
def test_photographs_of_any_size(tmp_path: Path, catclf_run: Runner) -> None:
    course = catclf.load_dataset(shared("catvnoncat"))
    model = catclf.train(course, catclf.TrainingSettings(solver="lbfgs", l2=0.05)).model
    catclf.save_model(model, tmp_path / "m.npz")
    catclf_run("export", tmp_path / "m.npz", tmp_path / "m.onnx", "--any-size")
    photos = sorted((shared("photos") / "cat").iterdir())[:20]
    arguments = ("verify", tmp_path / "m.onnx", tmp_path / "m.npz", *photos, "--json")
    document = json.loads(catclf_run(*arguments).out)
    assert document["pictures"] == 20
    assert document["largest_logit_difference"] < 1e-4
    assert document["changed_labels"] == 0


def test_resized_images_do_not_suit_a_file_for_any_size(
    tmp_path: Path, catclf_run: Runner, model_path: Path, data: Path
) -> None:
    catclf_run("export", model_path, tmp_path / "m.onnx", "--any-size")
    catclf_run("pack", data, tmp_path / "p.h5")
    images = (data / "test", tmp_path / "p.h5", tmp_path / "no.jpg")
    outcome = catclf_run("verify", tmp_path / "m.onnx", model_path, *images)
    assert outcome.out.startswith("On 8 images")
    assert "Left out: " in outcome.err
    assert "no.jpg: no such file" in outcome.err


def encoder_model(made: Any, folder: Path, features: str = "encoder", **settings: Any) -> Model:
    """A model on what an encoder makes of images, with weights at random."""
    (folder / "encoder.onnx").write_bytes(data_of(made))
    encoder = catclf.load_encoder(folder / "encoder.onnx")
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (10, encoder.side, encoder.side, 3), np.uint8)
    specification = FeatureSpecification.parse(features)
    encodings = encode(encoder, images, flip=False)
    small = resize_images(images, Preprocessing())
    feature_map = learn_features(specification, small, 0, encodings)
    w = rng.standard_normal((feature_map.n_x, 1)) / feature_map.n_x**0.5
    preprocessing = Preprocessing(side=encoder.side)
    return Model(w, 0.1, preprocessing=preprocessing, features=feature_map, **settings)


@pytest.mark.parametrize("name", [*ENCODERS, "feature_map"])
def test_an_encoder_becomes_a_part_of_the_file(tmp_path: Path, name: str) -> None:
    model = encoder_model({**ENCODERS, "feature_map": feature_map}[name](), tmp_path)
    proof = export_model(model, tmp_path / "m.onnx")
    assert proof.relative < 1e-4
    assert proof.images == 33


@pytest.mark.parametrize("features", ["encoder+hog", "fourier:pixels+encoder"])
def test_images_are_resized_for_features_beside_those_of_an_encoder(
    tmp_path: Path, features: str
) -> None:
    model = encoder_model(feature_map(), tmp_path, features, flip=True)
    assert export_model(model, tmp_path / "m.onnx").relative < 1e-4


def test_the_encoders_old_operators_and_its_notices_are_kept(tmp_path: Path) -> None:
    made = convolution(opset=11, metadata={"license": "of its makers"})
    export_model(encoder_model(made, tmp_path), tmp_path / "m.onnx")
    written = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(written, full_check=True)
    assert written.opset_import[0].version == 11
    notices = {entry.key: entry.value for entry in written.metadata_props}
    assert notices["encoder.license"] == "of its makers"


def test_the_file_describes_itself(tmp_path: Path) -> None:
    model = model_of("hog", threshold=0.25)
    export_model(model, tmp_path / "m.onnx", sha256="ab" * 32)
    made = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(made, full_check=True)
    assert {domain.domain for domain in made.opset_import} == {""}
    assert made.opset_import[0].version == 11
    assert made.doc_string
    properties = {entry.key: entry.value for entry in made.metadata_props}
    assert properties["model_sha256"] == "ab" * 32
    assert (properties["positive"], properties["threshold"]) == ("cat", "0.25")
    assert '"resample": "bicubic"' in properties["preprocessing"]
    assert properties["proof"].startswith("On 33 images: logits differ by at most ")
    assert [output.name for output in made.graph.output] == list(OUTPUTS)
    export_model(model, tmp_path / "again.onnx", sha256="ab" * 32)
    assert (tmp_path / "again.onnx").read_bytes() == (tmp_path / "m.onnx").read_bytes()


@pytest.mark.parametrize("name", ['a "quoted" one', "</script>", "two\nlines", "😺", "\\"])
def test_names_of_classes_are_data(tmp_path: Path, name: str) -> None:
    model = model_of("pixels", positive=name)
    export_model(model, tmp_path / "m.onnx")
    images = trial_images(Preprocessing())
    labels = session(tmp_path / "m.onnx").run(["label"], {INPUT: images})[0].tolist()
    assert labels == [prediction.label for prediction in model.predict_images(images)]
    assert name in labels


@pytest.mark.parametrize("name", ["ca\udcff", "c\0t"])
def test_a_name_that_is_no_text_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"the class ca?\\\w+ has bytes that are no text"):
        export_model(model_of("pixels", positive=name), tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_a_file_that_fails_its_proof_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catclf.export.onnx import pixels

    (tmp_path / "m.onnx").write_bytes(b"an old file")
    # A forgotten division.
    monkeypatch.setattr(pixels, "number", lambda _: np.ones((), np.float32))
    with pytest.raises(ExportError, match=r"m\.onnx is not written: on \d+ images its logits"):
        export_model(model_of("pixels"), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == b"an old file"
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


def test_without_the_package_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ExportError, match=r"pip install 'catclf\[onnx\]'"):
        export_model(model_of("pixels"), tmp_path / "m.onnx")
