"""Words and numbers as users read them, on a terminal and in a page."""

import re

# What has a meaning in Markdown, or in a notebook's formulas, wherever it stands in a line.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&$]")


def printable(text: str) -> str:
    r"""Escape what could harm or confuse a terminal or a reader.

    Control characters, line ends, direction marks and undecodable bytes become `\x1b` and the
    like, so that a file's name takes one line and does not affect what stands around it.

    Parameters
    ----------
    text : str
        Any text, for instance a file's name.

    Returns
    -------
    str
        The same with every unprintable character escaped.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.1f} %"


def as_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it is, on one line."""
    return _MARKDOWN.sub(r"\\\g<0>", printable(text))


def plural(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# What spreadsheets take for the start of a formula, which may start a program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv_cell(text: str) -> str:
    """A text for a CSV file, quoted so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def of_csv_cell(cell: str) -> str:
    """The text of a cell that `as_csv_cell` quoted, or that is as it was."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
