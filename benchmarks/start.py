"""Cold starts, compared with the imports that they need."""

import tempfile
from pathlib import Path

import catclf
from benchmarks.places import CATCLF, PROCESSES, PYTHON, ROOT, SHARED
from benchmarks.side_by_side import medians, process
from benchmarks.table import AsMuch, print_row, print_skipped


def print_rows() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as temporary:
        _train(Path(temporary))
        _predict(Path(temporary))


def _train(temporary: Path) -> None:
    work = "`catclf train` on the course's data: a whole process"
    peer = "a process that imports the same modules"
    folder = SHARED / "catvnoncat"
    if not folder.exists():
        print_skipped(work, peer, f"no {folder.name}")
        return
    words = "train", folder, "-o", temporary / "course.npz"
    modules = process(PYTHON, PROCESSES / "modules_of_catclf.py", *words)().splitlines()[-1]
    # Starts and ends as the program does (see catclf/__main__.py).
    imports = f"import gc, os; gc.set_threshold(100_000); import {modules}; os._exit(0)"
    seconds = medians(
        {"catclf": process(CATCLF, *words), "peer": process(PYTHON, "-c", imports)}, rounds=15
    )
    print_row(work, peer, seconds["catclf"], seconds["peer"], AsMuch(1.25))


def _predict(temporary: Path) -> None:
    model = temporary / "model.npz"
    settings = catclf.TrainingSettings(iterations=10, learning_rate="auto")
    catclf.save_model(catclf.train(catclf.load_dataset(ROOT / "data"), settings).model, model)
    image = min((ROOT / "data" / "test" / "cat").iterdir())
    imports = "import numpy, PIL.Image, click"
    seconds = medians(
        {
            "catclf": process(CATCLF, "predict", image, "-m", model),
            "peer": process(PYTHON, "-c", imports),
        },
        rounds=25,
    )
    print_row(
        "`catclf predict one.jpg`, cold",
        f'`python -c "{imports}"`',
        seconds["catclf"],
        seconds["peer"],
        AsMuch(1.25),
    )
