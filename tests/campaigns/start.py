"""What campaigns start from: small data sets and models, written once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

import catclf
from tests.encoders.fake import FakeEncoder


def noise(seed: int, red: int, size: tuple[int, int] = (64, 64)) -> Image.Image:
    """A noisy image whose red is around a value."""
    pixels = np.random.default_rng(seed).integers(-40, 40, (size[1], size[0], 3))
    return Image.fromarray(np.clip(pixels + np.array([red, 120, 120]), 0, 255).astype(np.uint8))


def write_data(folder: Path, count: int = 10) -> Path:
    """A folder with a folder for each class."""
    for name, red in (("cat", 190), ("dog", 80)):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            noise(1000 * red + i, red).save(folder / name / f"{i}.png")
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
