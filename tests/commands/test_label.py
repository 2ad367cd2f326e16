import json
import re
from pathlib import Path

import pytest

from tests.conftest import Runner, image, write_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images without classes, the reddest first by name."""
    for i, red in enumerate((190, 160, 135, 110, 80)):
        (tmp_path / "photos" / "2024").mkdir(parents=True, exist_ok=True)
        image(i, red=red).save(tmp_path / "photos" / "2024" / f"{i}.png")
    return tmp_path / "photos"


def shown(page: Path) -> list[tuple[str, float]]:
    """Names and probabilities of the images of a page, in order."""
    text = page.read_text(encoding="utf-8")
    names = re.findall(r'<bdi class="name">([^<]*)</bdi>', text)
    probabilities = re.findall(r"probability of cat ([0-9.]+)", text)
    return list(zip(names, map(float, probabilities), strict=True))


def test_the_least_sure_come_first(
    catclf_run: Runner, folder: Path, model_path: Path, tmp_path: Path
) -> None:
    page = tmp_path / "label.html"
    out = catclf_run("label", folder, "-m", model_path, "--report", page).out
    assert out == (f"Page of 5 images written to {page}, the least sure of {model_path} first\n")
    pictures = shown(page)
    assert sorted(name for name, _ in pictures) == [
        str(Path("2024") / f"{i}.png") for i in range(5)
    ]
    sureness = [abs(probability - 0.5) for _, probability in pictures]
    assert sureness == sorted(sureness)
    assert sureness[0] < sureness[-1]
    content = page.read_bytes()
    catclf_run("label", folder, "-m", model_path, "--report", page)
    assert page.read_bytes() == content


def test_the_page_has_a_default_name(
    catclf_run: Runner,
    folder: Path,
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for options in ((), ("--report",)):
        document = json.loads(catclf_run("label", folder, "-m", model_path, "--json", *options).out)
        assert document == {"report": "label.html", "pictures": 5, "shown": 5}
        Path("label.html").unlink()


def test_unreadable_files_are_named_and_left_out(
    catclf_run: Runner, folder: Path, model_path: Path, tmp_path: Path
) -> None:
    (folder / "bad.jpg").write_text("no image")
    args = ("label", folder, "-m", model_path, "--report", tmp_path / "a.html")
    outcome = catclf_run(*args, status=1)
    assert outcome.err.startswith(f"Error: {folder / 'bad.jpg'}: ")
    assert "Page of 5 images" in outcome.out
    assert "Page of 5 images" in catclf_run(*args, "--skip-bad").out


def test_without_a_model_images_come_in_a_random_order(
    catclf_run: Runner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bad.jpg").write_text("no image")
    monkeypatch.chdir(tmp_path)
    outcome = catclf_run("label", folder, status=1)
    assert outcome.out == "Page of 5 images written to label.html, in a random order\n"
    assert outcome.err.startswith(f"Error: {folder / 'bad.jpg'}: ")
    text = Path("label.html").read_text(encoding="utf-8")
    names = re.findall(r'<bdi class="name">([^<]*)</bdi>', text)
    assert sorted(names) == [str(Path("2024") / f"{i}.png") for i in range(5)]
    assert names != sorted(names)
    assert "In a random order" in text
    assert "least sure" not in text
    assert "<bdi>non-cat</bdi>" in text
    content = Path("label.html").read_bytes()
    assert json.loads(catclf_run("label", folder, "--skip-bad", "--json").out)["pictures"] == 5
    assert Path("label.html").read_bytes() == content


def test_a_folder_without_a_readable_image_makes_no_page(
    catclf_run: Runner, tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad").mkdir()
    Path("bad", "bad.jpg").write_text("no image")
    for options in ((), ("-m", model_path)):
        err = catclf_run("label", "bad", "--skip-bad", *options, status=1).err
        assert err.splitlines()[1] == (
            "Error: bad has no images that can be read; name another folder"
        )
        assert not Path("label.html").exists()


def test_a_model_that_is_named_must_be_there(
    catclf_run: Runner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    err = catclf_run("label", folder, "--encoder", "enc.onnx", status=2).err
    assert "--encoder is for a model; name one with --model" in err
    assert "there is no model" in catclf_run("label", folder, "-m", "model.npz", status=1).err


def test_wrong_folders(catclf_run: Runner, folder: Path, model_path: Path, tmp_path: Path) -> None:
    def error(path: Path) -> str:
        page = tmp_path / "a.html"
        return catclf_run("label", path, "-m", model_path, "--report", page, status=1).err

    (tmp_path / "empty").mkdir()
    assert error(tmp_path / "empty") == f"Error: {tmp_path / 'empty'} has no images to label\n"
    assert "is not a folder" in error(folder / "2024" / "0.png")
    assert "is not a folder" in error(tmp_path / "missing")
    assert not (tmp_path / "a.html").exists()


def test_many_images_give_a_page_under_10_megabytes(
    catclf_run: Runner, model_path: Path, tmp_path: Path
) -> None:
    (original,) = write_images(tmp_path / "photos", 1, red=150)
    for i in range(1100):
        (tmp_path / "photos" / f"{i}.png").hardlink_to(original)
    page = tmp_path / "label.html"
    out = catclf_run("label", tmp_path / "photos", "-m", model_path, "--report", page).out
    assert out.startswith(f"Page of 1000 images of 1101 written to {page}, ")
    assert page.stat().st_size < 10e6
    assert "101 images not shown, by name" in page.read_text(encoding="utf-8")
