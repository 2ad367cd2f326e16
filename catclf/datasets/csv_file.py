"""A CSV file of `path,label`."""

import csv
from pathlib import Path

from catclf.datasets.image_files import ImageFiles
from catclf.errors import DataError, reason_of


def labelled_files(path: Path) -> ImageFiles:
    """Image files and classes from a CSV file.

    Parameters
    ----------
    path : Path
        Two columns: an image's path, relative to the CSV file's folder, and its label: a class
        name, or 1 (cat) or 0. The header `path,label` is optional.

    Returns
    -------
    ImageFiles
        In the order of the lines. The files need not exist.

    Raises
    ------
    DataError
        If the file cannot be read, or a line does not have two columns.
    """
    paths: list[Path] = []
    classes: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if not any(cells) or (reader.line_num == 1 and _is_header(cells)):
                    continue
                if len(cells) != 2 or not all(cells) or "\0" in cells[0]:
                    raise DataError(
                        f"{path}, line {reader.line_num}: expected an image's path and its "
                        f"label, found {', '.join(row)[:80]!r}"
                    )
                paths.append(path.parent / cells[0])
                classes.append(cells[1])
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    except csv.Error as error:
        raise DataError(f"{path} is not a valid CSV file: {error}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    return ImageFiles(paths, classes)


def _is_header(cells: list[str]) -> bool:
    return [cell.casefold() for cell in cells] == ["path", "label"]
