"""Data sets in object storage: a real S3 server on the loopback interface, and other URLs."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.urls import path_of
from tests.cluster.conftest import Processes, wait_until
from tests.conftest import Runner

needs_s3 = pytest.mark.skipif(
    find_spec("moto") is None or find_spec("s3fs") is None, reason="moto or s3fs is not installed"
)

DESCENT = ("--learning-rate", 1e-5, "--iterations", 3, "--init", "random", "--score", "none")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        wait_until(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}"
        server.kill()


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def bucket(endpoint: str, shards: Path) -> Iterator[str]:
    """The URL of the shards in it."""
    given = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        import s3fs

        storage = s3fs.S3FileSystem()
        storage.mkdir("bucket")
        storage.put(f"{shards}/", "bucket/shards/", recursive=True)
        yield "s3://bucket/shards"


@needs_s3
@pytest.mark.filterwarnings("ignore")
def test_every_command_takes_a_url(
    catclf_run: Runner, bucket: str, shards: Path, tmp_path: Path, model_path: Path
) -> None:
    weights = []
    for data in (shards, bucket):
        out = catclf_run("train", data, *DESCENT, "-o", tmp_path / "m.npz").out
        assert f"Trained on {data} (train split): 600 images" in out
        weights.append(catclf.load_model(tmp_path / "m.npz").w.tobytes())
    assert weights[0] == weights[1]
    one = f"{bucket}/train-00002-of-00005.h5"
    assert len(catclf_run("predict", one, "-m", model_path).out.splitlines()) == 120
    assert len(catclf_run("predict", bucket, "-m", model_path).out.splitlines()) == 600
    assert "600 images" in catclf_run("evaluate", bucket, "-m", model_path, "--split", "train").out
    assert "600 images" in catclf_run("check", bucket).out
    catclf_run("pack", bucket, tmp_path / "p.h5")
    np.testing.assert_array_equal(
        catclf.load_dataset(tmp_path / "p.h5").images[:], catclf.load_dataset(shards).images[:]
    )


@needs_s3
@pytest.mark.filterwarnings("ignore")
def test_workers_read_from_object_storage(
    catclf_run: Runner, bucket: str, shards: Path, tmp_path: Path, processes: Processes,
    endpoint: str,
) -> None:  # fmt: skip
    for _ in range(2):  # who have the credentials from the environment
        processes.start_worker(env={k: v for k, v in os.environ.items() if k.startswith("AWS_")})
    processes.wait_for(2)
    catclf_run("train", shards, *DESCENT, "-o", tmp_path / "one.npz")
    catclf_run(
        "train", bucket, *DESCENT, "-o", tmp_path / "two.npz", "--scheduler", processes.address
    )
    one, two = (catclf.load_model(tmp_path / f"{name}.npz") for name in ("one", "two"))
    assert one.w.tobytes() == two.w.tobytes()


@needs_s3
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://bucket/nothing", "does not exist"),
        ("s3://no-such-bucket/shards", "does not exist"),
        ("s3://bucket/shards/train-00009.h5", "does not exist"),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_what_is_not_there_is_one_line(
    catclf_run: Runner, url: str, message: str, tmp_path: Path
) -> None:
    err = catclf_run("train", url, "-o", tmp_path / "m.npz", status=1).err
    assert f"Error: {url}" in err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("url", ["nonsense://x/y", "s4://bucket/x"])
def test_urls_of_unknown_kinds(catclf_run: Runner, url: str, tmp_path: Path) -> None:
    err = catclf_run("train", url, "-o", tmp_path / "m.npz", status=1).err
    assert f"Error: {url} cannot be read" in err
    assert err.count("\n") == 1


def test_other_urls(catclf_run: Runner, shards: Path, tmp_path: Path, model_path: Path) -> None:
    in_memory = path_of("memory://bucket/shards")
    for file in shards.iterdir():
        (in_memory / file.name).write_bytes(file.read_bytes())
    images = catclf.load_dataset("memory://bucket/shards", memory_limit=0).images
    expected: Any = catclf.load_dataset(shards).images
    np.testing.assert_array_equal(images[100:350], expected[100:350])
    out = catclf_run("predict", f"file://{shards}", "-m", model_path).out
    assert len(out.splitlines()) == 600


def test_a_url_must_lead_to_packed_images(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    err = catclf_run("train", f"file://{data}", "-o", tmp_path / "m.npz", status=1).err
    assert "has no shards.json; a URL leads to a folder of shards or an .h5 file" in err


def test_a_remote_file_that_is_cut_short(shards: Path) -> None:
    content = (shards / "train-00001-of-00005.h5").read_bytes()
    path = path_of("memory://bucket/cut.h5")
    path.write_bytes(content)
    images = catclf.load_dataset("memory://bucket/cut.h5", memory_limit=0).images
    path.write_bytes(content[:100_000])
    with pytest.raises(catclf.CatclfError, match=r"cut.h5 is truncated"):
        images[:]


def test_without_the_extra_it_says_what_to_install(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "upath", None)
    err = catclf_run("train", "s3://bucket/x", "-o", tmp_path / "m.npz", status=1).err
    assert "needs fsspec; install it: pip install 'catclf[cluster]'" in err
