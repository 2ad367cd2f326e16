import os
import stat

import pytest

from catclf.errors import OutputError
from catclf.storage import check_writable, written_whole


def write(path, content=b"new"):
    with written_whole(path) as file:
        file.write(content)


def test_writes_a_new_file_and_nothing_else(tmp_path):
    write(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"new"


def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode
    plain.chmod(0o640)
    write(plain)
    assert stat.S_IMODE(plain.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_the_old_file_stays_when_writing_is_broken_off(tmp_path, error):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(error), written_whole(path) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    reason = r"No space left on device \(the old file is unchanged\)"
    with pytest.raises(OutputError, match=reason), written_whole(path):
        raise OSError(28, "No space left on device")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"


def test_paths_that_cannot_be_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "no ordinary file"),
        (tmp_path / "missing" / "a", "there is no folder"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        for attempt in (check_writable, write):
            with pytest.raises(OutputError, match=reason):
                attempt(path)
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_links_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "a")
    write(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_read_only_folder(tmp_path, monkeypatch):
    # Faked, because nothing is read-only to root, as whom tests often run.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="read-only"):
        check_writable(tmp_path / "a")
