"""Whatever happens: nothing is overwritten, nothing is lost, and all can be undone."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catclf.errors import DataError, OutputError
from catclf.sorting.carry_out import carry_out
from catclf.sorting.journal import JOURNAL
from catclf.sorting.plan import make_plan, not_sorted_yet
from catclf.sorting.undo import undo
from tests.conftest import needs_posix

ACTIONS = ("copy", "link", "move")
LABELS = ("cat", "non-cat", "unsure")

NAMES = st.sampled_from(["a.jpg", "A.jpg", "b.png", "ü ß.jpg", "a (2).jpg", "x", "cat", "-n.jpg"])
FOLDERS = st.sampled_from(["", "2024", "2024/cat", "Ä", "cat"])
CONTENTS = st.sampled_from([b"", b"1", b"2", b"3" * 5000])
TREES = st.dictionaries(st.tuples(FOLDERS, NAMES), st.tuples(CONTENTS, st.sampled_from(LABELS)))


def write(root: Path, tree: dict[tuple[str, str], Any]) -> list[tuple[Path, str]]:
    """The files of a tree, each with its label; those whose place another folder has are left."""
    labelled = []
    for i, ((folder, name), (content, label)) in enumerate(sorted(tree.items())):
        path = root / folder / name
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
            os.utime(path, ns=(10**18 + i, 10**18 + 1000 * i))
            labelled.append((path, label))
    return labelled


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def contents(*roots: Path) -> Counter[bytes]:
    return Counter(
        path.read_bytes()
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and path.name != JOURNAL and not path.name.endswith(".partial")
    )


@contextmanager
def two_folders() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        yield source, output


@settings(max_examples=60)
@given(TREES, TREES, st.sampled_from(ACTIONS))
def test_all_arrive_and_all_come_back(tree: Any, there: Any, action: str) -> None:
    with two_folders() as (source, output):
        labelled = write(source, tree)
        for label in LABELS:  # the names may be taken
            write(output / label, dict.fromkeys(there, (b"x", label)))
        before, taken = snapshot(source), snapshot(output)
        try:
            plan = make_plan(labelled, source, output, action)
        except OutputError:  # a file has the name of a folder that is needed
            assert snapshot(output) == taken
            return
        finally:
            assert snapshot(source) == before
        carry_out(plan)
        after = snapshot(output)
        assert {name: after[name] for name in taken} == taken  # nothing is overwritten
        for entry in plan.files:
            name = str(entry.source.relative_to(source))
            assert after[str(entry.target.relative_to(plan.folder))] == before[name]
            assert entry.source.exists() == (action != "move")
        if plan.files:
            undone = undo(output)
            assert not undone.kept
            assert undone.files == len(plan.files)
        assert snapshot(source) == before
        assert snapshot(output) == taken
        assert not (output / JOURNAL).exists()


@contextmanager
def failing(number: int, error: BaseException) -> Iterator[None]:
    """The n-th call that changes the file system raises an error instead, and so do later ones."""
    calls = 0

    def wrapped(function: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == number or (calls > number and isinstance(error, OSError)):
                raise error
            return function(*args, **options)

        return call

    with (
        mock.patch("os.link", wrapped(os.link)),
        mock.patch("os.fsync", wrapped(os.fsync)),
        mock.patch("shutil.copyfileobj", wrapped(shutil.copyfileobj)),
        mock.patch("shutil.copystat", wrapped(shutil.copystat)),
        mock.patch("pathlib.Path.mkdir", wrapped(Path.mkdir)),
    ):
        yield


FAULTS = [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")]


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(TREES, st.sampled_from(ACTIONS), st.integers(1, 25), st.sampled_from(FAULTS))
def test_a_fault_at_any_step_loses_nothing(
    tree: Any, action: str, number: int, error: BaseException
) -> None:
    with two_folders() as (source, output):
        labelled = write(source, tree)
        before = snapshot(source)
        with suppress(KeyboardInterrupt, OutputError), failing(number, error):
            carry_out(make_plan(labelled, source, output, action))
        if action == "move":
            assert contents(source, output) == Counter(data for data, _ in before.values())
        else:
            assert snapshot(source) == before
        if (output / JOURNAL).exists() and (output / JOURNAL).stat().st_size:
            with suppress(KeyboardInterrupt, OutputError), failing(number, error):
                undo(output)
            assert contents(source, output) >= Counter(data for data, _ in before.values())
            if (output / JOURNAL).exists():
                assert not undo(output).kept
        assert snapshot(source) == before
        if output.exists():
            assert not contents(output)


@pytest.mark.parametrize("action", ["copy", "move"])
def test_another_file_system_or_one_without_links(tmp_path: Path, action: str) -> None:
    labelled = write(tmp_path / "in", {("2024", "a.jpg"): (b"1", "cat"), ("", "b"): (b"2", "cat")})
    before = snapshot(tmp_path / "in")
    link = os.link

    def refused(source: Any, target: Any, **options: Any) -> None:
        if Path(source).is_relative_to(tmp_path / "in") or action == "copy":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target, **options)

    with mock.patch("os.link", refused):
        carry_out(make_plan(labelled, tmp_path / "in", tmp_path / "out", action))
    assert snapshot(tmp_path / "out" / "cat") == before
    assert bool(contents(tmp_path / "in")) == (action == "copy")
    undo(tmp_path / "out")
    assert snapshot(tmp_path / "in") == before


@pytest.mark.parametrize("without_links", [False, True])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_file_that_appears_meanwhile_is_not_overwritten(
    tmp_path: Path, action: str, without_links: bool
) -> None:
    labelled = write(tmp_path / "in", {("", "a"): (b"1", "cat")})
    plan = make_plan(labelled, tmp_path / "in", tmp_path / "out", action)
    (tmp_path / "out" / "cat").mkdir(parents=True)
    (tmp_path / "out" / "cat" / "a").write_bytes(b"other")
    refused = mock.Mock(side_effect=OSError(errno.EPERM, "Operation not permitted"))
    with (
        mock.patch("os.link", refused if without_links else os.link),
        pytest.raises(OutputError, match="0 of 1 files are sorted; undo that with"),
    ):
        carry_out(plan)
    assert (tmp_path / "out" / "cat" / "a").read_bytes() == b"other"
    assert (tmp_path / "in" / "a").read_bytes() == b"1"
    assert len(list((tmp_path / "out" / "cat").iterdir())) == 1


def test_sorting_again_brings_only_what_is_new(tmp_path: Path) -> None:
    labelled = write(tmp_path / "in", {("", "a.jpg"): (b"1", "cat"), ("", "b"): (b"2", "unsure")})
    carry_out(make_plan(labelled, tmp_path / "in", tmp_path / "out", "copy"))
    labelled += write(tmp_path / "in", {("", "c.jpg"): (b"3", "cat")})
    plan = make_plan(labelled, tmp_path / "in", tmp_path / "out", "copy")
    assert (len(plan.files), plan.present) == (1, 2)
    carry_out(plan)
    assert undo(tmp_path / "out").files == 3
    assert not (tmp_path / "out").exists()


def test_what_was_changed_since_is_kept(tmp_path: Path) -> None:
    tree = {("", name): (name.encode(), "cat") for name in ("same", "edited", "gone", "extra")}
    labelled = write(tmp_path / "in", tree)
    carry_out(make_plan(labelled, tmp_path / "in", tmp_path / "out", "copy"))
    (tmp_path / "out" / "cat" / "edited").write_bytes(b"more")
    (tmp_path / "in" / "gone").unlink()
    (tmp_path / "out" / "cat" / "extra").unlink()
    undone = undo(tmp_path / "out")
    assert undone.files == 1
    reasons = {kept.path.name: kept.reason for kept in undone.kept}
    assert reasons.keys() == {"edited", "gone"}
    assert "is gone" in reasons["gone"]
    assert {path.name for path in (tmp_path / "out" / "cat").iterdir()} == {"edited", "gone"}
    (tmp_path / "in" / "gone").write_bytes(b"gone")  # it can be tried again
    assert [kept.path.name for kept in undo(tmp_path / "out").kept] == ["edited"]


def test_a_move_does_not_go_back_over_another_file(tmp_path: Path) -> None:
    labelled = write(tmp_path / "in", {("", "a"): (b"1", "cat")})
    carry_out(make_plan(labelled, tmp_path / "in", tmp_path / "out", "move"))
    (tmp_path / "in" / "a").write_bytes(b"new")
    (kept,) = undo(tmp_path / "out").kept
    assert "another file is now at" in kept.reason
    assert (tmp_path / "in" / "a").read_bytes() == b"new"
    assert (tmp_path / "out" / "cat" / "a").read_bytes() == b"1"


@pytest.mark.parametrize(
    "line",
    [
        b'{"action": "move", "from": "/a", "to": "../../b"}',
        b'{"action": "move", "from": "a", "to": "b"}',
        b'{"action": "erase", "from": "/a", "to": "b"}',
        b'{"action": "move", "from": "/a"}',
        b"[]",
        b"\xff",
    ],
)
def test_a_journal_that_is_not_ours_is_refused(tmp_path: Path, line: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(line + b"\n" + line + b"\n")
    with pytest.raises(DataError, match="damaged in line 1; nothing was undone"):
        undo(tmp_path)
    with pytest.raises(DataError, match=r"has no sorted\.jsonl"):
        undo(tmp_path / "other")


def test_a_label_cannot_lead_elsewhere(tmp_path: Path) -> None:
    ((path, _),) = write(tmp_path / "in", {("", "a"): (b"1", "cat")})
    labelled = [(path, "../../up"), (path, ".."), (path, "/etc"), (path, 'a"b:c')]
    for entry in make_plan(labelled, tmp_path / "in", tmp_path / "out", "copy").files:
        assert entry.target.resolve().is_relative_to(tmp_path / "out")
        assert entry.target.parent.parent == (tmp_path / "out").resolve()


def test_a_folder_inside_the_other_is_not_sorted_again(tmp_path: Path) -> None:
    labelled = write(tmp_path, {("", "a"): (b"1", "cat"), ("2024", "b"): (b"2", "cat")})
    carry_out(make_plan(labelled, tmp_path, tmp_path / "out", "copy"))
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    left = not_sorted_yet(found, tmp_path, tmp_path / "out")
    assert sorted(left) == sorted(path for path, _ in labelled)
    before = snapshot(tmp_path / "2024")
    carry_out(make_plan(labelled[1:], tmp_path / "2024", tmp_path / "2024", "move"))
    found = [path for path in (tmp_path / "2024").rglob("*") if path.name != JOURNAL]
    assert not not_sorted_yet([p for p in found if p.is_file()], *[tmp_path / "2024"] * 2)
    undo(tmp_path / "2024")
    assert snapshot(tmp_path / "2024") == before


KILLED = """
import os, signal, sys
from pathlib import Path
from catclf.sorting import carry_out
from catclf.sorting.plan import make_plan
source, output, action, number = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
calls = 0
def dying(function):
    def call(*args, **options):
        global calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **options)
    return call
carry_out.os.link = dying(os.link)
carry_out.os.fsync = dying(os.fsync)
Path.unlink = dying(Path.unlink)
labelled = [(path, "cat") for path in sorted(source.iterdir())]
carry_out.carry_out(make_plan(labelled, source, output, action))
"""


@needs_posix
@pytest.mark.parametrize("action", ["copy", "move"])
@pytest.mark.parametrize("number", [1, 2, 3, 5, 8])
def test_a_killed_process_can_be_undone(tmp_path: Path, action: str, number: int) -> None:
    write(tmp_path / "in", {("", f"{i}.jpg"): (b"%d" % i, "cat") for i in range(6)})
    before = snapshot(tmp_path / "in")
    arguments = [str(tmp_path / "in"), str(tmp_path / "out"), action, str(number)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert contents(tmp_path / "in", tmp_path / "out") >= Counter(d for d, _ in before.values())
    assert not undo(tmp_path / "out").kept
    assert snapshot(tmp_path / "in") == before
    assert not (tmp_path / "out").exists()


def test_a_copy_that_got_its_name_just_before_a_kill_leaves_nothing_after_the_next_run() -> None:
    with two_folders() as (source, output):
        labelled = write(source, {("", "a.jpg"): (b"1", "cat")})
        carry_out(make_plan(labelled, source, output, "copy"))
        (entry,) = make_plan(labelled, source, output.with_name("other"), "copy").files
        partial = output / "cat" / entry.partial.name
        os.link(output / "cat" / "a.jpg", partial)
        (output / "cat" / ".catclf-of-somebody-else.partial").write_bytes(b"")
        carry_out(make_plan(labelled, source, output, "copy"))
        assert {path.name for path in (output / "cat").iterdir()} == {
            "a.jpg",
            ".catclf-of-somebody-else.partial",
        }
