"""An image as three matrices R, G and B, and as one column; and how not to unroll many images."""

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

# Of the column, at its upper end.
_CELLS = 6

# A green that white digits cannot be read on.
_BRIGHT = 160


def lesson(settings: LessonSettings) -> Lesson:
    """Show where each pixel lands in a column, and that the wrong reshape mixes all images."""
    dataset = settings.images
    images: Images = dataset.images[:]
    m = len(images)
    first = int(np.argmax(dataset.labels))
    X = images.reshape(m, -1).T  # (n_x, m)
    scrambled = images.reshape(_N_X, m)  # (n_x, m), but a column is not an image
    return Lesson(
        explanation=(
            "To a computer, an image is three matrices of 64 × 64 numbers from 0 to 255: how red, "
            "how green and how blue each pixel is. Logistic regression takes one column of "
            "n_x = 64·64·3 = 12 288 numbers, so the matrices are unrolled into a column, and the "
            "columns of all m images form X. The image in the first two tables is "
            f"{dataset.names[first]}."
        ),
        formula=(
            "images           (m, 64, 64, 3)   image, row, column, channel\n"
            "X = images.reshape(m, -1).T / 255     (n_x, m) = (12288, m)\n"
            "pixel (i, j) of channel c is row k = 3·(64·i + j) + c of the column"
        ),
        tables=(
            _corner(images[first]),
            _pixel_rows(images[first], X[:, first], settings.seed),
            _two_reshapes(X, scrambled),
        ),
        see=(
            "reshape(m, -1).T puts each image in its own column; reshape(12288, m) has the same "
            "shape, but mixes all images in every column."
        ),
        note=(
            "The slide stacks all of R, then all of G, then all of B; catclf, like the course's "
            "programs, keeps the three numbers of a pixel together. Any order works, as long as "
            "it is the same for every image."
        ),
        draw=lambda figure: _draw(figure, images, first, scrambled),
    )


def _corner(image: Images) -> Table:
    columns = [Column("matrix"), Column("row")]
    columns += [Column(f"column {j}") for j in range(_CORNER)]
    rows = [(_CHANNELS[c], i, *image[i, :_CORNER, c].tolist()) for c in range(3) for i in range(2)]
    return Table("The upper left corner of the three matrices", columns, rows)


def _pixel_rows(image: Images, x: Images, seed: int) -> Table:
    """Some pixels of an image (64, 64, 3), and their rows in its column x (n_x,)."""
    sampled = np.random.default_rng(seed).integers(0, _N_X, 4)
    rows = []
    for k in [0, 1, 2, 3, 192, *sorted(sampled.tolist()), _N_X - 1]:
        pixel, c = divmod(k, 3)
        i, j = divmod(pixel, SIDE)
        on_the_slide = c * SIDE * SIDE + pixel
        rows.append((k, i, j, _CHANNELS[c], int(image[i, j, c]), int(x[k]), on_the_slide))
    return Table(
        "Where the pixels are in the column",
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


def _two_reshapes(X: Images, scrambled: Images) -> Table:
    m = X.shape[1]
    # The number at index n in memory belongs to image n // n_x.
    owner = np.arange(X.size) // _N_X
    reshapes = {
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
        for name, (columns, owners) in reshapes.items()
    ]
    return Table(
        f"Two ways to unroll all {m} images into the same shape",
        [
            Column("way"),
            Column("shape"),
            Column("pictures in column 0"),
            Column("% equal to X", ".1f"),
            Column("% in their own column", ".1f"),
        ],
        rows,
    )


def _draw(figure: "Figure", images: Images, first: int, scrambled: Images) -> None:
    from catclf.plots.figure import image_axes

    figure.set_size_inches(9.6, 5.4)
    left, right = figure.subfigures(1, 2, width_ratios=(3, 1), squeeze=False)[0]
    upper, middle, lower = left.subfigures(3, 1, squeeze=False)[:, 0]
    axes = upper.subplots(1, _SHOWN)
    axes[0].imshow(images[first])
    image_axes(axes[0], "RGB image")
    for c, name in enumerate(_CHANNELS):
        axes[c + 1].imshow(images[first][:, :, c], cmap="gray", vmin=0, vmax=255)
        image_axes(axes[c + 1], f"{name}, 64 × 64")
    _draw_row(middle, images[:_SHOWN], "right: the first columns of reshape(m, -1).T, as images")
    columns = scrambled[:, :_SHOWN].T.reshape(-1, SIDE, SIDE, 3)  # (4, 64, 64, 3)
    _draw_row(lower, columns, f"wrong: the first columns of reshape({_N_X}, m), all mixed up")
    _draw_column(right, images[first])


def _draw_column(figure: "SubFigure", image: Images) -> None:
    """The ends of the column of an image (64, 64, 3), each number in its place and colour."""
    axes = figure.subplots()
    x = image.reshape(-1)  # (n_x,)
    shown = [*range(_CELLS), None, *range(_N_X - 3, _N_X)]  # None stands for all between
    for row, k in enumerate(shown):
        if k is None:
            axes.text(0.5, -row, "⋮", ha="center", va="center")
            continue
        pixel, c = divmod(k, 3)
        value = int(x[k])
        colour = [0.0, 0.0, 0.0]
        colour[c] = value / 255
        axes.barh(-row, 1, height=0.92, color=colour)
        ink = "black" if c == 1 and value > _BRIGHT else "white"
        axes.text(0.5, -row, str(value), color=ink, ha="center", va="center")
        axes.text(-0.1, -row, f"{k}", ha="right", va="center")
        place = f"{_CHANNELS[c]} of {divmod(pixel, SIDE)}"
        axes.text(1.1, -row, place, ha="left", va="center")
    axes.set(xlim=(-1.2, 3.0), ylim=(-len(shown) + 0.4, 0.6))
    axes.set_axis_off()
    axes.set_title("k    255 · x[k]    pixel")


def _draw_row(figure: "SubFigure", images: Images, title: str) -> None:
    from catclf.plots.figure import image_axes

    figure.suptitle(title)
    axes = figure.subplots(1, len(images))
    for ax, image in zip(axes, images, strict=True):
        ax.imshow(image)
        image_axes(ax, "")
