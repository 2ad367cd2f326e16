"""What campaigns start from: small data sets and models, written once."""

from dataclasses import replace
from pathlib import Path

import catclf
from tests.conftest import image
from tests.encoders.fake import FakeEncoder


def write_data(folder: Path, count: int = 10) -> Path:
    """A folder with a folder for each class."""
    for name, red in (("cat", 190), ("dog", 80)):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            image(1000 * red + i, red=red, size=(64, 64)).save(folder / name / f"{i}.png")
    return folder


def write_models(folder: Path, data: Path) -> list[Path]:
    """A model of each preset."""
    paths = []
    for name, settings in catclf.PRESETS.items():
        encoder = FakeEncoder() if settings.features == "encoder" else None
        dataset = catclf.load_dataset(data, encoder=encoder)
        path = folder / f"{name}.npz"
        catclf.save_model(catclf.train(dataset, _quick(settings)).model, path)
        paths.append(path)
    return paths


def _quick(settings: catclf.TrainingSettings) -> catclf.TrainingSettings:
    return replace(settings, iterations=20)
