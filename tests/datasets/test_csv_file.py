import csv
from pathlib import Path

import pytest

import catclf
from catclf import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import DataError
from tests.conftest import write_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path / "images", 4, red=100)
    return tmp_path


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding=encoding)
    return path


ROWS = "images/images-000.png,{}\nimages/images-001.png,{}\nimages/images-002.png,{}\n"


@pytest.mark.parametrize("header", ["", "path,label\n", "Path, Label\n"])
@pytest.mark.parametrize("labels", [("cat", "dog", "Cats"), ("1", "0", "1")])
def test_paths_and_labels(folder: Path, header: str, labels: tuple[str, str, str]) -> None:
    dataset = load_dataset(table(folder, header + ROWS.format(*labels) + "\n"))
    assert dataset.labels.tolist() == [1, 0, 1]
    assert dataset.positive == "cat"


def test_a_file_from_a_spreadsheet(folder: Path) -> None:
    text = ROWS.format("cat", "dog", "dog").replace("\n", "\r\n")
    assert load_dataset(table(folder, text, "utf-8-sig")).labels.tolist() == [1, 0, 0]


def test_absolute_and_quoted_paths(folder: Path) -> None:
    write_images(folder / "a, b", 1, red=100)
    text = f'"{folder}/a, b/a, b-000.png",cat\nimages/images-000.png,dog\n'
    assert load_dataset(table(folder, text)).m == 2


def test_labels_0_and_1_can_have_another_name(folder: Path) -> None:
    dataset = load_dataset(table(folder, ROWS.format(1, 0, 0)), positive="bird")
    assert dataset.class_counts() == {"bird": 1, "non-bird": 2}
    other = load_dataset(table(folder, ROWS.format(1, 0, 0)), positive="0")
    assert other.labels.tolist() == [0, 1, 1]


def test_numbers_are_names_where_one_is_chosen(folder: Path) -> None:
    dataset = load_dataset(table(folder, ROWS.format(3, 0, 7)), positive="3")
    assert dataset.labels.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROWS.format(0, 1, 2), "has the label 2; labels must be 0 and 1"),
        (ROWS.format(0, 1, 0.5), r"has the label 0\.5; labels must be 0 and 1"),
        (ROWS.format("dog", "mouse", "dog"), r"no class named cat \(found: dog, mouse\)"),
        ("a.png,cat,extra\n", "line 1: expected an image's path and its label"),
        ("path,label\na.png\n", "line 2: expected an image's path and its label"),
        ("a.png,\n", "line 1: expected an image's path and its label"),
        ("", "has no images"),
        ("path,label\n", "has no images"),
        ('"' + "x" * 200_000, "is not a valid CSV file|expected an image"),
        ("a\0b.png,cat\n", "expected an image's path|not a valid CSV file"),
    ],
)
def test_invalid_tables(folder: Path, text: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        load_dataset(table(folder, text))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("header", ["", "Label,Path\n", "sep=,\nfile,class\n"])
def test_what_spreadsheets_write(
    tmp_path: Path, delimiter: str, encoding: str, header: str
) -> None:
    cats, dogs = (write_images(tmp_path / name, 2, red=100) for name in ("cáts", "dögs"))
    rows = [(f"cáts/{path.name}", "cat") for path in cats]
    rows += [(f"dögs/{path.name}", "chien·noir") for path in dogs]
    if header.startswith("Label"):
        rows = [(label, path) for path, label in rows]
    text = header + "".join(f"{a},{b}\n" for a, b in rows)
    path = table(tmp_path, text.replace(",", delimiter).replace("\n", "\r\n"), encoding)
    assert load_dataset(path).labels.tolist() == [1, 1, 0, 0]


def test_a_comma_in_a_path_between_semicolons(folder: Path) -> None:
    write_images(folder / "a, b", 1, red=100)
    rows = "a, b/a, b-000.png;cat\nimages/images-000.png;dog\n"
    assert load_dataset(table(folder, "path;label\n" + rows)).m == 2


CAMERAS = """label;camera;path
cat;left;images/images-000.png
cat;right;images/images-001.png
dog;left;images/images-002.png
dog;;images/images-003.png
"""


def test_empty_cells_at_the_end_of_a_row(folder: Path) -> None:
    """A spreadsheet adds them up to the last column that was used, and omits some."""
    rows = ROWS.format("cat;;", "dog;", "dog").replace(",", ";")
    for header in ("", "path;label;;\n", "Path;Label\n"):
        assert load_dataset(table(folder, header + rows + ";;\n")).labels.tolist() == [1, 0, 0]
    text = "path;label;camera\nimages/images-000.png;cat\nimages/images-001.png;dog;left\n"
    (files,) = open_source(table(folder, text)).splits.values()
    assert files.columns == {"camera": ["", "left"]}


@pytest.mark.parametrize("name", ["camera", "Camera"])
def test_images_are_grouped_by_a_column(folder: Path, name: str) -> None:
    source = open_source(table(folder, CAMERAS), group_by=name)
    dataset = source.load("all")
    assert dataset.keys == ["left", "right", "left", None]
    assert len(set(dataset.groups)) == 3
    with pytest.raises(DataError, match="'lens': not one of the columns camera, and no path"):
        open_source(table(folder, CAMERAS), group_by="lens").load("all")


def test_a_column_divides_the_images(folder: Path) -> None:
    rows = zip(ROWS.format("cat", "dog", "cat").split(), ("train", "Val", "train"), strict=True)
    text = "path,label,split\n" + "".join(f"{row},{split}\n" for row, split in rows)
    source = open_source(table(folder, text))
    assert {split: files.class_names() for split, files in source.splits.items()} == {
        "train": {"cat": 2},
        "validation": {"dog": 1},
    }
    with pytest.raises(DataError, match="'somewhere' in its column split; expected train"):
        open_source(table(folder, text.replace("Val", "somewhere")))


@pytest.mark.parametrize(
    "row", ["cat;left", "cat;left;images/images-000.png;more", ";left;a.png", "cat;left;"]
)
def test_a_row_that_does_not_fit_the_header(folder: Path, row: str) -> None:
    with pytest.raises(DataError, match=r"line 6: expected an image's path .*, in 3 columns"):
        load_dataset(table(folder, CAMERAS + row + "\n"))


def test_a_missing_image_is_named(folder: Path) -> None:
    path = table(folder, ROWS.format("cat", "dog", "dog") + "missing.png,cat\n")
    with pytest.raises(DataError, match=r"missing\.png: no such file"):
        load_dataset(path)
    assert load_dataset(path, skip_bad=True).m == 3


def test_a_folder_named_like_a_table(folder: Path) -> None:
    (folder / "x.csv").mkdir()
    with pytest.raises(DataError, match="has no images"):
        load_dataset(folder / "x.csv")


def test_utf_16_without_a_mark_gets_a_hint(folder: Path) -> None:
    path = folder / "labels.csv"
    path.write_bytes("path,label\nimages/images-000.png,cat\n".encode("utf-16-le"))
    with pytest.raises(DataError, match="looks like UTF-16 without a byte order mark; save it as"):
        load_dataset(path)


def test_what_a_spreadsheet_would_take_for_a_formula_comes_back(tmp_path: Path) -> None:
    for class_ in ("=1+1", "-cat", "@dog"):
        write_images(tmp_path / "d" / class_, 4, red=100)
    names = {"=1+1", "-cat", "@dog"}
    source = catclf.open_source(tmp_path / "d", "-cat")
    catclf.split(source, tmp_path / "t.csv", {"test": 0.5}, 0)
    rows = list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert {row[1] for row in rows[1:]} == {f"'{name}" for name in names}
    assert not any(cell.startswith(("=", "-", "@")) for row in rows for cell in row)
    assert set(catclf.open_source(tmp_path / "t.csv", "-cat").class_names()) == names
