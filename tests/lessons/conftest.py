from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catclf.lessons.lesson import Lesson, LessonSettings


@pytest.fixture
def settings(tmp_path: Path) -> LessonSettings:
    """Noisy images of 64 × 64; cats are a little redder on average, with overlap."""
    rng = np.random.default_rng(7)
    for name, red in (("cat", 135), ("dog", 115)):
        folder = tmp_path / "images" / name
        folder.mkdir(parents=True)
        for i in range(20):
            colour = rng.normal((red, 120, 125), 25)
            noise = rng.normal(0, 30, (64, 64, 3))
            pixels = np.clip(colour + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{i:02}.png")
    return LessonSettings(tmp_path / "images", seed=3)


def rows_of(lesson: Lesson, title: str) -> list[Any]:
    """The rows of the table whose title begins with `title`; each is a sequence of cells."""
    (table,) = [table for table in lesson.tables if table.title.startswith(title)]
    return list(table.rows)
