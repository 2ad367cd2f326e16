"""Try a release before it is made: what is built, what is in it, and whether it works elsewhere.

    python -m tools.release_check

builds the sdist, and from it the wheel; checks their metadata and contents; installs the wheel into
a clean environment and trains, evaluates and predicts with it; and runs tests that the sdist brings
along.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

from catclf import __version__

ROOT = Path(__file__).parents[1]
_LARGEST = 5 * 10**6

# What the sdist brings along that can be tested in a few minutes with nothing but pytest.
_TESTS = ("tests/test_model_file.py", "tests/test_logistic.py", "tests/test_lecture.py")


def main() -> int:
    """Check everything; the first problem ends it with an exception."""
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "dist")
        _run(sys.executable, "-m", "build", "--outdir", built, ROOT)
        sdist, wheel = built / f"catclf-{__version__}.tar.gz", next(built.glob("*.whl"))
        _run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
        _run(
            sys.executable, "-m", "pyroma", "--min=8", sdist
        )  # CONTRIBUTING.md says what is missing
        _check_contents(sdist, wheel)
        _check_wheel(wheel, Path(folder, "wheel"))
        _check_sdist(sdist, wheel, Path(folder, "sdist"))
    print(f"catclf {__version__} can be released")
    return 0


def _run(*command: object, **options: object) -> None:
    print("$", *command, flush=True)
    subprocess.run([str(word) for word in command], check=True, **options)  # type: ignore[call-overload]


def _check_contents(sdist: Path, wheel: Path) -> None:
    with tarfile.open(sdist) as archive:
        in_sdist = [name.partition("/")[2] for name in archive.getnames()]
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = archive.namelist()
    for path, names in ((sdist, in_sdist), (wheel, in_wheel)):
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {len(names)} files")
        if path.stat().st_size > _LARGEST:
            raise SystemExit(f"{path.name} is larger than {_LARGEST / 1e6} MB")
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if others := set(in_sdist) - set(tracked) - {"PKG-INFO"}:
        raise SystemExit(f"the sdist has files that are not in the repository: {sorted(others)}")
    if others := {name for name in in_wheel if not name.startswith(("catclf/", "catclf-"))}:
        raise SystemExit(f"the wheel has files beside the package: {sorted(others)}")


def _environment(folder: Path, *packages: object) -> Path:
    """A clean environment with some packages, none of which is compiled; its programs."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--only-binary=:all:", *packages)
    return programs


def _check_wheel(wheel: Path, folder: Path) -> None:
    """What a user does first, outside the checkout."""
    catclf = _environment(folder, wheel) / "catclf"
    data = ROOT / "data"
    image = data / "test" / "cat" / "cat-001.jpg"
    _run(catclf, "--version", cwd=folder)
    _run(catclf, "train", data, cwd=folder)
    _run(catclf, "evaluate", data, "--report", "report.html", cwd=folder)
    _run(catclf, "predict", image, cwd=folder)
    _run(catclf, "lesson", "sigmoid", cwd=folder, stdout=subprocess.DEVNULL)


def _check_sdist(sdist: Path, wheel: Path, folder: Path) -> None:
    """Some of the tests in it, with the package that is installed."""
    programs = _environment(folder / "environment", wheel, "pytest", "hypothesis", "mpmath")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    _run(programs / "python", "-m", "pytest", "-q", *_TESTS, cwd=unpacked)


if __name__ == "__main__":
    sys.exit(main())
