"""`python -m benchmarks`: catclf beside its peers, as a Markdown table of medians and ratios."""

import os
import platform
import sys
import tempfile
from pathlib import Path

import numpy as np

import catclf
from benchmarks.side_by_side import medians

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CATCLF_SHARED_DATA", ROOT.parent / "shared" / "data"))
PLAIN_NUMPY = Path(__file__).with_name("plain_numpy.py")
CATCLF = Path(sys.executable).with_name("catclf")


def main() -> None:
    """Print the table."""
    print(
        f"catclf {catclf.__version__}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"{platform.machine()}, {os.cpu_count()} cores\n"
    )
    print("| work | peer | catclf | peer's time | catclf / peer | at most |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        predict_one(out)
        train_on_the_courses_data(out)


def row(work: str, peer: str, seconds: dict[str, float], at_most: float) -> None:
    """Print a line of the table."""
    ours, theirs = seconds["catclf"], seconds["peer"]
    print(
        f"| {work} | {peer} | {1000 * ours:.0f} ms | {1000 * theirs:.0f} ms "
        f"| {ours / theirs:.2f} | {at_most} |"
    )


def predict_one(out: Path) -> None:
    """A cold start to one prediction, beside the bare imports that it cannot do without."""
    model = out / "model.npz"
    settings = catclf.TrainingSettings(iterations=10, learning_rate="auto")
    catclf.save_model(catclf.train(catclf.load_dataset(ROOT / "data"), settings).model, model)
    picture = min((ROOT / "data" / "test" / "cat").iterdir())
    imports = "import numpy, PIL.Image, click"
    seconds = medians(
        {
            "catclf": [CATCLF, "predict", picture, "-m", model],
            "peer": [sys.executable, "-c", imports],
        },
        rounds=25,
    )
    row("`catclf predict one.jpg`, cold", f'`python -c "{imports}"`', seconds, 1.5)


def train_on_the_courses_data(out: Path) -> None:
    """Whole processes from files to saved weights, 2000 iterations."""
    folder = SHARED / "catvnoncat"
    if not folder.exists():
        print(f"| `catclf train` on the course's data | skipped: no {folder.name} | | | | |")
        return
    seconds = medians(
        {
            "catclf": [CATCLF, "train", folder, "-o", out / "course.npz"],
            "peer": [sys.executable, PLAIN_NUMPY, folder, out / "plain.npz"],
        }
    )
    with np.load(out / "plain.npz") as plain:
        assert np.allclose(plain["w"], catclf.load_model(out / "course.npz").w, atol=1e-9)
    row("`catclf train` on the course's data", "plain numpy script", seconds, 1.0)


main()
