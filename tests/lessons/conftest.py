from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catclf.lessons.lesson import Lesson, LessonSettings


@pytest.fixture
def settings(tmp_path: Path) -> LessonSettings:
    """Noisy images of 64 × 64; cats are a little redder, but not all of them."""
    rng = np.random.default_rng(7)
    for name, red in (("cat", 135), ("dog", 115)):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        for i in range(20):
            colour = rng.normal((red, 120, 125), 25)
            noise = rng.normal(0, 30, (64, 64, 3))
            pixels = np.clip(colour + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{i:02}.png")
    return LessonSettings(tmp_path / "pictures", seed=3)


def numbers(lesson: Lesson, title: str) -> list[tuple]:
    """The rows of the table whose title begins like that."""
    (table,) = [table for table in lesson.tables if table.title.startswith(title)]
    return list(table.rows)
