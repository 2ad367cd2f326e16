"""One image as three matrices R, G and B, and as one column; and how not to unroll many."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.images.preprocessing import SIDE, Images
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

_CHANNELS = "RGB"
_N_X = SIDE * SIDE * 3
_CORNER = 4
_SHOWN = 4


def lesson(settings: LessonSettings) -> Lesson:
    """Unroll images, and scramble them.

    Parameters
    ----------
    settings : LessonSettings
        The data set.

    Returns
    -------
    Lesson
        With the corner of the first image that shows the positive class, the places of its pixels
        in the column, and what each of two ways to unroll makes of all images.
    """
    dataset = settings.images
    images: Images = dataset.images[:]
    m = len(images)
    first = int(np.argmax(dataset.labels))
    X = images.reshape(m, -1).T  # (n_x, m)
    scrambled = images.reshape(_N_X, m)  # (n_x, m), but these are no columns of images
    return Lesson(
        explanation=(
            "To a computer an image is three matrices of 64 × 64 numbers from 0 to 255: how red, "
            "how green and how blue each pixel is. Logistic regression takes one column of "
            "n_x = 64·64·3 = 12 288 numbers, so the matrices are unrolled, and the columns of all "
            "m images stand side by side in X. The image in the first two tables is "
            f"{dataset.names[first]}."
        ),
        formula=(
            "images           (m, 64, 64, 3)   image, row, column, channel\n"
            "X = images.reshape(m, -1).T / 255     (n_x, m) = (12288, m)\n"
            "pixel (i, j), channel c  is in row  k = 3·(64·i + j) + c  of the column"
        ),
        tables=(
            _corner(images[first]),
            _places(images[first], X[:, first], settings.seed),
            _ways(X, scrambled),
        ),
        see=(
            "reshape(m, -1).T gives each image a column of its own, and reshape(12288, m), of "
            "the same shape, gives each column a bit of all images."
        ),
        note=(
            "The slide stacks all of R on all of G on all of B; catclf, like the course's "
            "program, keeps the three numbers of a pixel together. Any order will do, if it is "
            "the same for every image."
        ),
        draw=lambda figure: _draw(figure, images, first, scrambled),
    )


def _corner(image: Images) -> Table:
    columns = [Column("matrix"), Column("row")]
    columns += [Column(f"column {j}") for j in range(_CORNER)]
    rows = [(_CHANNELS[c], i, *image[i, :_CORNER, c].tolist()) for c in range(3) for i in range(2)]
    return Table("The upper left corner of the three matrices", columns, rows)


def _places(image: Images, x: Images, seed: int) -> Table:
    """Where some pixels of an image (64, 64, 3) are in its column (n_x,)."""
    drawn = np.random.default_rng(seed).integers(0, _N_X, 4)
    rows = []
    for k in [0, 1, 2, 3, 192, *sorted(drawn.tolist()), _N_X - 1]:
        pixel, c = divmod(k, 3)
        i, j = divmod(pixel, SIDE)
        on_the_slide = c * SIDE * SIDE + pixel
        rows.append((k, i, j, _CHANNELS[c], int(image[i, j, c]), int(x[k]), on_the_slide))
    return Table(
        "Which row of the column holds which pixel",
        [
            Column("k"),
            Column("i"),
            Column("j"),
            Column("matrix"),
            Column("pixel"),
            Column("255·X[k]"),
            Column("k on the slide"),
        ],
        rows,
    )


def _ways(X: Images, scrambled: Images) -> Table:
    m = X.shape[1]
    # Number n in memory belongs to image n // n_x.
    owner = np.arange(X.size) // _N_X
    ways = {
        "reshape(m, -1).T": (X, owner.reshape(m, -1).T),  # (n_x, m)
        f"reshape({_N_X}, m)": (scrambled, owner.reshape(_N_X, m)),  # (n_x, m)
    }
    rows = [
        (
            name,
            f"({columns.shape[0]}, {columns.shape[1]})",
            len(np.unique(owners[:, 0])),
            100 * float((columns == X).mean()),
            100 * float((owners == np.arange(m)).mean()),
        )
        for name, (columns, owners) in ways.items()
    ]
    return Table(
        f"Two ways to unroll all {m} images, of the same shape",
        [
            Column("way"),
            Column("shape"),
            Column("images in column 0"),
            Column("% equal to X", ".1f"),
            Column("% in their own column", ".1f"),
        ],
        rows,
    )


def _draw(figure: "Figure", images: Images, first: int, scrambled: Images) -> None:
    from catclf.plots.figure import image_axes

    figure.set_size_inches(8, 5.6)
    upper, middle, lower = figure.subfigures(3, 1, squeeze=False)[:, 0]
    axes = upper.subplots(1, _SHOWN)
    axes[0].imshow(images[first])
    image_axes(axes[0], "an image")
    for c, name in enumerate(_CHANNELS):
        axes[c + 1].imshow(images[first][:, :, c], cmap="gray", vmin=0, vmax=255)
        image_axes(axes[c + 1], f"{name}, 64 × 64")
    _draw_row(middle, images[:_SHOWN], "columns 0 … of reshape(m, -1).T, drawn as images")
    columns = scrambled[:, :_SHOWN].T.reshape(-1, SIDE, SIDE, 3)  # (4, 64, 64, 3)
    _draw_row(lower, columns, f"columns 0 … of reshape({_N_X}, m): the mistake")


def _draw_row(figure: "SubFigure", images: Images, title: str) -> None:
    from catclf.plots.figure import image_axes

    figure.suptitle(title)
    axes = figure.subplots(1, len(images))
    for place, image in zip(axes, images, strict=True):
        place.imshow(image)
        image_axes(place, "")
