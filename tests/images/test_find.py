from pathlib import Path

import pytest

from catclf.errors import DataError
from catclf.images.find import files, images_below, is_image_name, subfolders
from tests.conftest import needs_posix


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.JPG", "a.png", "notes.txt", ".hidden.jpg", "sub/c.Jpeg", "sub/deep/d.webp", ".git/e.jpg"
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "link").symlink_to(tmp_path / "sub", target_is_directory=True)
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "linked.png").symlink_to(tmp_path / "a.png")
    return tmp_path


@needs_posix
def test_images_are_found_at_any_depth_by_name(tree: Path) -> None:
    found = [path.relative_to(tree).as_posix() for path in images_below(tree)]
    assert found == ["a.png", "b.JPG", "linked.png", "sub/c.Jpeg", "sub/deep/d.webp"]


@needs_posix
def test_hidden_and_linked_folders_are_ignored(tree: Path) -> None:
    assert [path.name for path in subfolders(tree)] == ["sub"]


@needs_posix
def test_hidden_files_are_ignored(tree: Path) -> None:
    assert [path.name for path in files(tree)] == ["a.png", "b.JPG", "linked.png", "notes.txt"]


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "x.y.PnG", "a.heic", "a.tiff"])
def test_image_names(name: str) -> None:
    assert is_image_name(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", "a.jpg.txt", "a", "model.npz"])
def test_other_names(name: str) -> None:
    assert not is_image_name(name)


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing cannot be read: no such file"):
        images_below(tmp_path / "missing")
    with pytest.raises(DataError, match="missing cannot be read: no such file"):
        files(tmp_path / "missing")
