"""Tables of a page."""

from collections.abc import Sequence

from catclf.reports.markup import EMPTY, Markup, tag


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "", texts: int = 1
) -> Markup:
    """A table that scrolls by itself where it is too wide.

    Parameters
    ----------
    heads : sequence of str
        Of the columns; none for a table of names and values.
    rows : sequence of sequences of str
        The first cell of a row is its head.
    caption : str
        What the table holds.
    texts : int
        How many columns at the left hold texts; the others hold numbers.

    Returns
    -------
    Markup
        The table.
    """
    head = tag("thead", tag("tr", *_cells("th", heads, texts, scope="col"))) if heads else EMPTY
    lines = [
        tag("tr", tag("th", row[0], scope="row"), *_cells("td", row[1:], texts - 1)) for row in rows
    ]
    title = tag("caption", caption) if caption else EMPTY
    # What scrolls can be reached by keys, and then says what it is.
    return tag(
        "div",
        tag("table", title, head, tag("tbody", *lines)),
        class_="scroll",
        tabindex="0",
        role="group",
        aria_label="table",
    )


def _cells(kind: str, cells: Sequence[str], texts: int, **attributes: str) -> list[Markup]:
    return [
        tag(kind, cell, class_="number" if i >= texts else None, **attributes)
        for i, cell in enumerate(cells)
    ]
