import hashlib
import json
import re
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.encoders.encodings import encode
from catclf.errors import EncoderError, ModelError
from catclf.features.encoder import EncoderFeatures
from catclf.images.preprocessing import Preprocessing
from catclf.model import Model
from catclf.strangeness import PrincipalSubspace, Strangeness
from catclf.training.record import recorded
from tests.conftest import ROOT
from tests.encoders.fake import FakeEncoder

GOOD: dict[str, Any] = {
    "w": np.zeros((12288, 1)),
    "b": np.float64(0.25),
    "fingerprints": np.arange(3, dtype=np.uint64),
}
META: dict[str, Any] = {
    "format": 1,
    "catclf": "0.1.0",
    "pictures": {"side": 64, "resample": "bicubic", "fit": "stretch", "jpeg_oversampling": 2},
    "features": "pixels",
    "positive": "cat",
    "threshold": 0.5,
    "training": {},
}


def write(path: Path, meta: Any = None, compressed: bool = False, **changes: Any) -> Path:
    if not isinstance(meta, np.ndarray):
        meta = np.array(json.dumps(META | (meta or {})))
    arrays = GOOD | {"meta": meta} | changes
    arrays = {name: value for name, value in arrays.items() if value is not None}
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.npz"


def test_what_is_saved_is_loaded(path: Path) -> None:
    rng = np.random.default_rng(0)
    model = Model(
        w=rng.standard_normal((12288, 1)),
        b=-1.5,
        positive="Ünïcorn\n",
        threshold=0.25,
        training={"iterations": 3},
        fingerprints=np.array([1, 2**64 - 1], np.uint64),
    )
    catclf.save_model(model, path)
    loaded = catclf.load_model(path)
    assert loaded.w.tobytes() == model.w.tobytes()
    assert loaded.fingerprints.tolist() == model.fingerprints.tolist()
    for name in ("b", "positive", "threshold", "training", "preprocessing"):
        assert getattr(loaded, name) == getattr(model, name)


def test_numpy_opens_it(path: Path) -> None:
    catclf.save_model(Model(np.ones((12288, 1)), 2.0), path)
    with np.load(path) as arrays:
        assert arrays["w"].shape == (12288, 1)
        assert arrays["b"] == 2.0
        assert json.loads(str(arrays["meta"]))["format"] == 2


def test_the_same_model_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    model = Model(np.ones((12288, 1)), 2.0)
    catclf.save_model(model, path)
    catclf.save_model(model, tmp_path / "again.npz")
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_float32_and_fortran_order_are_read(path: Path) -> None:
    w = np.asfortranarray(np.ones((12288, 1), np.float32))
    assert catclf.load_model(write(path, w=w)).w.dtype == np.float32


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"w": None}, "does not contain exactly meta, b, fingerprints, w"),
        ({"extra": np.zeros(1)}, "does not contain exactly"),
        ({"w": np.zeros((12288,))}, r"w is \(12288,\) .* make \(12288, 1\)"),
        ({"w": np.zeros((3072, 1))}, r"w is \(3072, 1\) .* make \(12288, 1\)"),
        ({"b": np.zeros(2)}, r"b is \(2,\)"),
        ({"w": np.zeros((12288, 1), int)}, "not floating-point numbers"),
        ({"b": np.array("x")}, "not floating-point numbers"),
        ({"w": np.full((12288, 1), np.nan)}, "not finite"),
        ({"b": np.float64(np.inf)}, "not finite"),
        ({"w": np.full((12288, 1), 1e308)}, "so large"),
        ({"b": np.float64(-1e300)}, "so large"),
        ({"w": np.full((12288, 1), None)}, "pickled objects"),
        ({"meta": np.array({"format": 1}, dtype=object)}, "pickled objects"),
        ({"meta": np.array("no json")}, "not a JSON text"),
        ({"meta": np.array("[" * 100_000)}, "not a JSON text"),
        ({"meta": np.array("[1]")}, "not a JSON object"),
        ({"meta": np.zeros(3)}, "not a JSON text"),
        ({"fingerprints": np.zeros(3)}, "fingerprints"),
        ({"fingerprints": np.zeros((3, 1), np.uint64)}, "fingerprints"),
        ({"compressed": True}, "compressed"),
        (
            {"meta": {"format": 3, "catclf": "9.0"}},
            r"format 3 \(written by catclf 9.0\).*use catclf 9",
        ),
        ({"meta": {"format": 2, "flip": 1}}, "mirror images"),
        ({"meta": {"format": 2, "features": "patches"}}, "does not contain exactly.*patches_atoms"),
        ({"meta": {"format": True}}, "no format number"),
        ({"meta": {"format": None}}, "no format number"),
        ({"meta": {"features": "magic"}}, "feature map 'magic'"),
        ({"meta": {"features": ["pixels"]}}, "feature map"),
        ({"meta": {"threshold": float("nan")}}, "JSON text"),
        ({"meta": {"training": {"cost": float("inf")}}}, "JSON text"),
        ({"meta": {"threshold": 7}}, "threshold"),
        ({"meta": {"threshold": "0.5"}}, "threshold"),
        ({"meta": {"positive": ""}}, "positive class"),
        ({"meta": {"positive": 3}}, "positive class"),
        ({"meta": {"training": []}}, "how it was trained"),
        ({"meta": {"pictures": None}}, "preprocessed in a way"),
        ({"meta": {"pictures": META["pictures"] | {"side": 32}}}, "images have 32 pixels a side"),
        ({"meta": {"pictures": META["pictures"] | {"fit": "squeeze"}}}, "preprocessed in a way"),
        ({"meta": {"pictures": META["pictures"] | {"new": 1}}}, "preprocessed in a way"),
        ({"meta": {"pictures": META["pictures"] | {"jpeg_oversampling": True}}}, "preprocessed in"),
    ],
)
def test_invalid_models(path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelError, match=rf"m\.npz is not a valid catclf model: .*{reason}"):
        catclf.load_model(write(path, **changes))


@pytest.fixture
def whole(path: Path) -> bytes:
    return write(path).read_bytes()


def test_every_truncation_is_refused(path: Path, whole: bytes) -> None:
    for length in [*range(0, 300), *range(300, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError):
            catclf.load_model(path)


def test_changed_bytes_are_refused_or_harmless(path: Path, whole: bytes) -> None:
    rng = np.random.default_rng(0)
    # Headers, directory and meta: all but the long run of zeros that is w.
    places = np.flatnonzero(np.frombuffer(whole, np.uint8))
    for _ in range(1500):
        changed = bytearray(whole)
        for place in rng.choice(places, rng.integers(1, 4)):
            changed[place] = rng.integers(256)
        path.write_bytes(changed)
        try:
            model = catclf.load_model(path)
        except ModelError:
            continue
        assert model.w.shape == (12288, 1)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18), bytes(10_000)])
def test_files_that_are_not_archives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(
        ModelError, match=r"damaged, truncated, or not an \.npz archive|has no meta"
    ):
        catclf.load_model(path)


def npy(shape: str, data: bytes = b"") -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


@pytest.mark.parametrize("shape", ["(10**13, 1)", "(10000000000000, 1)", "(-1, 1)", "(2**70,)"])
def test_false_claims_take_no_memory(path: Path, shape: str) -> None:
    write(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, npy(shape) if name == "w.npy" else data)
    tracemalloc.start()
    with pytest.raises(ModelError):
        catclf.load_model(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * path.stat().st_size + 2**20


def test_loading_takes_a_small_multiple_of_the_size_of_a_file(path: Path) -> None:
    write(path, fingerprints=np.arange(10**6, dtype=np.uint64))
    tracemalloc.start()
    catclf.load_model(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * path.stat().st_size


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no model .*'catclf train DATA -o"):
        catclf.load_model(tmp_path / "missing.npz")
    with pytest.raises(ModelError, match="is not a file"):
        catclf.load_model(tmp_path)


SIDE = 96


@pytest.fixture
def encoder_model(tmp_path: Path) -> Path:
    """A model of the features of an encoder."""
    features = EncoderFeatures(FakeEncoder(SIDE, "pooled"))
    w = np.random.default_rng(0).standard_normal((features.n_x, 1)).astype(np.float32)
    preprocessing = Preprocessing("crop", side=SIDE)
    path = tmp_path / "encoder.npz"
    catclf.save_model(Model(w, 0.5, preprocessing=preprocessing, features=features), path)
    return path


def meta_of(path: Path) -> dict[str, Any]:
    with np.load(path) as arrays:
        meta: dict[str, Any] = json.loads(str(arrays["meta"]))
    return meta


def rewritten(path: Path, **changes: Any) -> Path:
    """The model file with other entries in its meta; None removes one."""
    with np.load(path) as arrays:
        contents = dict(arrays)
    meta = {k: v for k, v in (meta_of(path) | changes).items() if v is not None}
    np.savez(path, **contents | {"meta": np.array(json.dumps(meta))})
    return path


def test_a_model_file_says_which_encoder_it_needs_and_does_not_hold_it(
    encoder_model: Path,
) -> None:
    meta = meta_of(encoder_model)
    assert (meta["features"], meta["format"]) == ("encoder", 2)
    assert meta["pictures"]["side"] == SIDE
    identity = FakeEncoder(SIDE, "pooled").identity
    assert meta["encoder"] == {**identity.to_dict(), "onnxruntime": "1.2.3"}
    assert meta["encoder"]["name"] == "fake.onnx"
    assert len(meta["encoder"]["sha256"]) == 64
    assert (meta["encoder"]["n"], meta["encoder"]["kind"]) == (24, "pooled")
    assert meta["encoder"]["convention"]["side"] == SIDE
    assert encoder_model.stat().st_size < 5000


def test_a_model_of_an_encoder_is_loaded_without_it(encoder_model: Path, tmp_path: Path) -> None:
    loaded = catclf.load_model(encoder_model)
    assert loaded.features.encoder
    assert loaded.features.encoder.identity == FakeEncoder(SIDE, "pooled").identity
    assert loaded.features.encoder.runtime == "1.2.3"
    assert loaded.preprocessing == Preprocessing("crop", side=SIDE)
    catclf.save_model(loaded, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == encoder_model.read_bytes()


def test_a_loaded_model_gives_the_same_logits_to_encodings(encoder_model: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, SIDE, SIDE, 3), np.uint8)
    small = np.zeros((5, 64, 64, 3), np.uint8)
    encodings = encode(FakeEncoder(SIDE, "pooled"), images, flip=False)
    loaded = catclf.load_model(encoder_model)
    expected = encodings.rows.astype(np.float64) @ loaded.w + loaded.b
    np.testing.assert_allclose(loaded.logits(small, encodings)[0], expected[:, 0], rtol=1e-5)


def test_an_encoder_that_is_missing_is_told_when_it_is_used(encoder_model: Path) -> None:
    with pytest.raises(EncoderError, match=r"needs the encoder fake\.onnx .* is not found"):
        catclf.load_model(encoder_model).predict(np.zeros((90, 80, 3), np.uint8))


FAKE: dict[str, Any] = {**FakeEncoder(SIDE, "pooled").identity.to_dict(), "onnxruntime": "1.2.3"}
LIES: dict[str, tuple[dict[str, Any], str]] = {
    "no encoder": ({"encoder": None}, "it does not say which encoder it needs"),
    "a text": ({"encoder": "fake.onnx"}, "it does not say which encoder it needs"),
    "nothing of it": ({"encoder": {}}, "what it says of its encoder is incomplete or unknown"),
    "a path": ({"encoder": {**FAKE, "name": "../fake"}}, "an encoder's name must have"),
    "huge": ({"encoder": {**FAKE, "n": 10**9}}, "does not have a number of features"),
    "an unknown kind": ({"encoder": {**FAKE, "kind": "tokens"}}, "is of an unknown kind"),
    "extra": ({"encoder": {**FAKE, "url": "a"}}, "is incomplete or unknown"),
    "wrong type": ({"encoder": {**FAKE, "sha256": 5}}, "does not have a SHA-256"),
    "wrong convention": ({"encoder": {**FAKE, "convention": []}}, "incomplete or unknown"),
    "other n": ({"encoder": {**FAKE, "n": 23}}, r"w is \(24, 1\) .* make \(23, 1\)"),
    "other side": (
        {"pictures": Preprocessing(side=64).to_dict()},
        "its images have 64 pixels a side, its features need 96",
    ),
    "other features": ({"features": "encoder+hog"}, r"make \(1788, 1\)"),
    "no encoder's features": (
        {"features": "hog"},
        "its images have 96 pixels a side, its features need 64",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_an_encoder_are_refused(encoder_model: Path, lie: str) -> None:
    changes, reason = LIES[lie]
    with pytest.raises(ModelError, match="is not a valid catclf model: ") as caught:
        catclf.load_model(rewritten(encoder_model, **changes))
    assert re.search(reason, str(caught.value))
    assert "\n" not in str(caught.value)


def ranking() -> Strangeness:
    rng = np.random.default_rng(0)
    components = np.linalg.qr(rng.standard_normal((6, 2)))[0].T.astype(np.float32)  # (2, 6)
    mean = (rng.standard_normal(6) / 10).astype(np.float32)
    return Strangeness(
        PrincipalSubspace(mean, components), np.array([0.1, 0.2, 0.2, 0.7], np.float32)
    )


def with_strangeness(path: Path) -> None:
    """A model on the features of an encoder, that can tell which images are strange."""
    encoder = FakeEncoder()
    features = EncoderFeatures(encoder)
    preprocessing = Preprocessing(side=features.side)
    model = Model(np.zeros((6, 1)), 0.0, preprocessing=preprocessing, features=features)
    catclf.save_model(replace(model, strangeness=ranking()), path)


def test_what_ranks_strange_images_is_saved_and_loaded(path: Path) -> None:
    with_strangeness(path)
    loaded = catclf.load_model(path).strangeness
    assert loaded
    X = np.random.default_rng(1).random((6, 20))
    assert loaded.ranks(X).tolist() == ranking().ranks(X).tolist()


@pytest.mark.parametrize(
    ("name", "array", "problem"),
    [
        ("mean", np.zeros(5, np.float32), "wrong shape"),
        ("mean", np.zeros(6), "not of float32"),
        ("mean", np.full(6, np.nan, np.float32), "out of range"),
        ("mean", np.full(6, 3e38, np.float32), "out of range"),
        ("components", np.eye(6, dtype=np.float32)[0], "wrong shape"),
        ("components", 2 * np.eye(6, dtype=np.float32), "out of range"),
        ("components", np.zeros((9, 6), np.float32), "wrong shape"),
        ("held_out", np.zeros(0, np.float32), "wrong shape"),
        ("held_out", np.array([0.3, 0.2], np.float32), "not sorted"),
        ("held_out", np.array([0.3, np.nan], np.float32), "out of range"),
        ("held_out", None, "does not contain exactly"),
    ],
)
def test_damaged_strangeness_is_refused(
    path: Path, name: str, array: np.ndarray[Any, Any] | None, problem: str
) -> None:
    with_strangeness(path)
    with np.load(path) as archive:
        arrays = dict(archive) | {f"strangeness_{name}": array}
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(ModelError, match=problem):
        catclf.load_model(path)


def test_strangeness_of_other_features_is_refused(path: Path) -> None:
    with_strangeness(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["strangeness_mean"] = arrays["strangeness_mean"][:5]
    arrays["strangeness_components"] = arrays["strangeness_components"][:, :5]
    np.savez(path, **arrays)
    with pytest.raises(ModelError, match="of 5 features, not of 6"):
        catclf.load_model(path)


OLD_MODELS = ROOT / "tests" / "data"


@pytest.mark.parametrize(
    ("name", "digest", "b", "threshold", "probabilities", "tolerance"),
    [
        (
            "pixels",
            "1577fea51f97b3e8",
            "-0x1.3d9da7f73e353p-6",
            0.5,
            ["0x1.c224c6a5bdb7dp-1", "0x1.310c41376385dp-1", "0x1.b248f0c51ff44p-1"],
            1e-13,
        ),
        (
            "hog",
            "e2cf3863670411a6",
            "-0x1.7b2fc74f3e837p+3",
            0.4,
            ["0x1.ef599c0000000p-1", "0x1.fc96e20000000p-1", "0x1.f570100000000p-3"],
            1e-5,
        ),
    ],
)
def test_models_of_version_0_1_0_are_read_for_ever(
    name: str, digest: str, b: str, threshold: float, probabilities: list[str], tolerance: float
) -> None:
    """Its weights to the last bit; what it predicts, as that version printed it."""
    model = catclf.load_model(OLD_MODELS / f"model-0.1.0-{name}.npz")
    assert hashlib.sha256(model.w.tobytes()).hexdigest()[:16] == digest
    assert (model.b.hex(), model.threshold, len(model.fingerprints)) == (b, threshold, 480)
    files = [ROOT / "data" / "test" / "cat" / f"cat-00{i}.jpg" for i in (1, 2, 3)]
    found = [model.predict(file).probability for file in files]
    assert found == pytest.approx([float.fromhex(p) for p in probabilities], rel=tolerance)
    assert model.training["pictures"] == {"cat": 240, "non-cat": 240}
    # Format 1 named solvers otherwise.
    assert (recorded(model) is not None) == (name == "hog")
