from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catclf.lessons.lesson import Lesson, LessonSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Noisy images of 64 × 64; cats are a little redder on average, with overlap."""
    rng = np.random.default_rng(7)
    for name, red in (("cat", 135), ("dog", 115)):
        of_class = tmp_path / "images" / name
        of_class.mkdir(parents=True)
        for i in range(20):
            colour = rng.normal((red, 120, 125), 25)
            noise = rng.normal(0, 30, (64, 64, 3))
            pixels = np.clip(colour + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(of_class / f"{i:02}.png")
    return tmp_path / "images"


@pytest.fixture
def settings(folder: Path) -> LessonSettings:
    return LessonSettings(folder, seed=3)


def rows_of(lesson: Lesson, title: str) -> list[Any]:
    """The rows of the table whose title begins with `title`; each is a sequence of cells."""
    (table,) = [table for table in lesson.tables if table.title.startswith(title)]
    return list(table.rows)
