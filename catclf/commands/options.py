"""Options that several commands share."""

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from catclf.errors import DataError
from catclf.images.find import HDF5_ENDINGS, INDEX, is_image_name
from catclf.training.settings import PRESETS

F = TypeVar("F", bound=Callable[..., Any])

MODEL_VARIABLE = "CATCLF_MODEL"
DEFAULT_MODEL = "model.npz"


class Probability(click.FloatRange):
    """A number from 0 to 1; click alone lets NaN through.

    Parameters
    ----------
    hint : str
        What to append to the error for anything else.
    """

    def __init__(self, hint: str = "") -> None:
        super().__init__(0, 1)
        self._hint = hint

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number of a text; a usage error if it is not one, or outside."""
        try:
            number = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number{self._hint}", param, ctx)
        if not 0 <= number <= 1:
            self.fail(f"{value} is not in the range from 0 to 1", param, ctx)
        return number


class Parsed(click.ParamType):  # type: ignore[type-arg] # generic from click 8.2 on
    """What a function makes of a text.

    Parameters
    ----------
    parse : callable
        Takes the text; raises `ValueError` with a message for the user.
    """

    name = "value"

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of a text; a usage error if it has none."""
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

# Bytes without which nothing can be trained.
_LEAST_MEMORY = 100 * 10**6


def _size(text: str) -> int:
    """Bytes, from a text such as "4G", "500M" or "2000000000"."""
    found = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)([kmgt]?)b?", text.strip().lower())
    if not found:
        raise ValueError(f"{text!r} is not a size; write one like 500M or 4G")
    size = int(float(found[1]) * _UNITS[found[2]])
    if size < _LEAST_MEMORY:
        raise ValueError(f"{text} is too little to train with; allow 100M or more")
    return size


memory_option = click.option(
    "--memory",
    metavar="SIZE",
    type=Parsed(_size),
    help="Memory for the features of the images, such as 4G. If they need more, they are kept in a "
    "temporary file beside the model.  [default: a quarter of what is free]",
)


class DataPath(click.Path):
    """The path of a data set, or its URL."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Convert a value from the command line."""
        from catclf.urls import path_of

        text = str(value)
        return path_of(text) if "://" in text else Path(str(super().convert(text, param, ctx)))


def file_option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that names a file; `settings` are those of `click.option`."""
    return click.option(
        *names, **{"type": click.Path(path_type=Path), "metavar": "FILE", **settings}
    )


def model_file_option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that names a model file; the environment can too."""
    defaults = {
        "default": DEFAULT_MODEL,
        "envvar": MODEL_VARIABLE,
        "show_default": True,
        "show_envvar": True,
    }
    return file_option(*names, **defaults | settings)


def preset_option(default: str | None, help: str) -> Callable[[F], F]:  # noqa: A002
    """The option that names a preset."""
    return click.option(
        "--recipe",
        "preset",
        type=click.Choice(list(PRESETS)),
        default=default,
        show_default=default is not None,
        help=help,
    )


class Kind(NamedTuple):
    """What a file is that a command writes."""

    name: str
    begins: bytes = b""
    """The beginning of all files of this kind."""
    holds: bytes = b""
    """What stands somewhere in all of them, but not in other people's."""


HDF5, TABLE = Kind("an HDF5 file", b"\x89HDF"), Kind("a table of images", b"path,")
FIGURE = Kind("a figure", holds=b"atplotlib")
EXPORTED = Kind("an exported model", holds=b"catclf")

_KINDS = {
    "--history": Kind("a history of costs", b"iteration,cost"),
    "--checkpoint": Kind("a checkpoint", b"PK", holds=b"costs.npy"),
    "--doubtful": Kind("a table of doubtful labels", b"path,label,probability"),
    "--report": Kind("a page of catclf", b"<!DOCTYPE html", holds=b"catclf"),
    "--figure": FIGURE,
}

_LARGEST_OF_A_KIND = 2**26

_FORCE = "catclf.force"


def _remember(context: click.Context, option: click.Parameter, value: bool) -> None:
    context.meta[_FORCE] = value


def is_forced() -> bool:
    """Whether files of another kind may be replaced."""
    return bool(click.get_current_context().meta.get(_FORCE))


force_option = click.option(
    "--force",
    is_flag=True,
    expose_value=False,
    callback=_remember,
    help="Write files also where others of another kind are, which are lost.",
)


def check_outputs(
    inputs: Mapping[str, str | Path | None],
    outputs: Mapping[str, Path | None],
    kind: Kind | None = None,
) -> None:
    """Find out before the work whether its results can be written, and whether anything is lost.

    Parameters
    ----------
    inputs, outputs : mapping of str to path or None
        Files or folders to read, and files to write, by argument or option.
    kind : Kind, optional
        What is written where no option says so.

    Raises
    ------
    OutputError
        If a file cannot be written.
    click.UsageError
        If a file would overwrite one that is read, or one of another kind.
    """
    from catclf.storage import check_writable

    for path in outputs.values():
        if path:
            check_writable(path)
    both = {**inputs, **outputs}
    given = {name: path for name, path in both.items() if path and "://" not in str(path)}
    real = {name: os.path.normcase(os.path.realpath(path)) for name, path in given.items()}
    uses = Counter(real.values())
    if any(uses[real[name]] > 1 for name in outputs if name in real):
        *names, last = given
        raise click.UsageError(f"{', '.join(names)} and {last} must be different files")
    for option, path in outputs.items():
        if path and path.is_file() and path.stat().st_size:
            _require_not_read(option, path, inputs)
            if not is_forced():
                _require_kind(option, path, _KINDS.get(option, kind))


def _require_not_read(option: str, path: Path, inputs: Mapping[str, str | Path | None]) -> None:
    """Raise `UsageError` if a file is what is read in a folder, or what a CSV file names."""
    is_read = is_image_name(path.name) or path.suffix.lower() in HDF5_ENDINGS
    if not is_read and path.name != INDEX:
        return
    real = Path(os.path.realpath(path))
    for name, source in inputs.items():
        if source and (
            Path(os.path.realpath(source)) in real.parents or _is_named_in(source, path)
        ):
            raise click.UsageError(
                f"{option} {path} is one of the files of {name}, {source}; name another file"
            )


def _is_named_in(source: str | Path, file: Path) -> bool:
    """Whether a source of images is a CSV file that names a file, by whatever path."""
    if Path(source).suffix.lower() != ".csv":
        return False
    from catclf.datasets.csv_file import labelled_files

    status = file.stat()
    try:
        return any(_is_that_file(path, status) for path in labelled_files(Path(source)).paths)
    except DataError:  # whoever reads it says what is wrong with it
        return False


def _is_that_file(path: Path, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), status)  # noqa: PTH116 - for a million paths
    except OSError:
        return False


def _require_kind(option: str, path: Path, kind: Kind | None) -> None:
    """Raise `UsageError` if a file that is to be replaced is of another kind."""
    if kind is None:
        return
    with path.open("rb") as file:
        is_of_kind = file.read(len(kind.begins)) == kind.begins
        if kind.holds:  # nothing that catclf writes, and is told by that, is so large
            is_of_kind = is_of_kind and kind.holds in file.read(_LARGEST_OF_A_KIND)
    if not is_of_kind:
        raise click.UsageError(
            f"{option} {path} is there and is not {kind.name}; name another file, or replace it "
            "with --force"
        )


model_option = model_file_option("-m", "--model", "model_path", help="Model file to use.")

positive_option = click.option(
    "--positive",
    metavar="NAME",
    help="Positive class, in upper or lower case; all others together are the negative one.  "
    "[default: cat or cats; with a model, its positive class]",
)

group_by_option = click.option(
    "--group-by",
    metavar="folder|COLUMN|REGEX",
    help="Images that belong together, and so on one side of every division, besides near "
    "duplicates and bursts: those in one folder, with the same value in a column of the CSV file, "
    "or whose paths match a regular expression with the same groups.",
)

threshold_option = click.option(
    "--threshold",
    type=Probability(),
    help="Classify as positive at or above this probability.  [default: the model's]",
)


def _ordered(
    context: click.Context, option: click.Parameter, bounds: tuple[float, float] | None
) -> tuple[float, float] | None:
    if bounds and bounds[0] > bounds[1]:
        raise click.UsageError("--unsure LOW HIGH: LOW must not be above HIGH", context)
    return bounds


unsure_option = click.option(
    "--unsure",
    type=Probability("; give two, as in --unsure 0.3 0.7"),
    nargs=2,
    metavar="LOW HIGH",
    callback=_ordered,
    help="Label images unsure if their probability is at least LOW and below HIGH.",
)

resize_option = click.option(
    "--resize",
    "--fit",
    "resize",
    type=click.Choice(["stretch", "crop"]),
    help="Stretch images to the square, as the course does, or crop them to their central square.  "
    "[default: stretch, or as the images were packed]",
)

skip_bad_option = click.option("--skip-bad", is_flag=True, help="Leave out unreadable files.")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
