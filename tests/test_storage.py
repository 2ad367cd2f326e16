import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from catclf.errors import OutputError
from catclf.storage import _remove_lost, check_writable, made_whole, written_whole
from tests.conftest import needs_posix


def write(path: Path, content: bytes = b"new") -> None:
    with written_whole(path) as file:
        file.write(content)


def test_writes_a_new_file_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"new"


@needs_posix
def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode
    plain.chmod(0o640)
    write(plain)
    assert stat.S_IMODE(plain.stat().st_mode) == 0o640


@needs_posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_the_old_file_stays_when_writing_is_interrupted(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(error), written_whole(path) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    reason = r"No space left on device \(the old file is unchanged\)"
    with pytest.raises(OutputError, match=reason), written_whole(path):
        raise OSError(28, "No space left on device")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"old"


@needs_posix
def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "not a regular file"),
        (tmp_path / "missing" / "a", "there is no folder"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        for attempt in (check_writable, write):
            with pytest.raises(OutputError, match=reason):
                attempt(path)
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


@needs_posix
def test_circular_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError, match="is a link to itself; remove it, or name another file"):
        write(tmp_path / "a")
    assert (tmp_path / "a").is_symlink()


def test_a_folder_that_a_killed_process_was_making_is_removed(tmp_path: Path) -> None:
    with made_whole(tmp_path / "first") as folder:
        _, machine, process, rest = folder.name.split("-")
    assert int(process) == os.getpid()
    left = tmp_path / "-".join((".catclf", machine, "999999999", rest))
    left.mkdir()
    (left / "a").write_text("half")
    _remove_lost.cache_clear()
    with made_whole(tmp_path / "made") as folder:
        (folder / "b").write_text("whole")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b", "first", "made"]


def test_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Faked, because nothing is read-only to root, who often runs the tests.
    def refuse(path: Path, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    for attempt in (check_writable, write):
        with pytest.raises(OutputError, match=r"the folder .* is read-only; name another file"):
            attempt(tmp_path / "a")


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@needs_posix
def test_what_a_killed_process_left_is_removed_by_the_next_run(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from catclf.storage import written_whole\n"
        "with written_whole(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "a"
    path.write_bytes(b"old")
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    (left,) = tmp_path.glob(".catclf-*.partial")
    _, machine, _, rest = left.name.split("-")
    others = [f".catclf-{machine}-{os.getpid()}-{rest}", f".catclf-00000000-999999999-{rest}"]
    for name in (*others, ".catclf-0123456789abcdef.partial"):  # running, elsewhere, of a sorting
        (tmp_path / name).touch()
    assert path.read_bytes() == b"old"
    write(path)
    assert path.read_bytes() == b"new"
    remaining = {file.name for file in tmp_path.iterdir()}
    assert remaining == {"a", *others, ".catclf-0123456789abcdef.partial"}
