"""From class names to labels: which class is positive."""

from collections import Counter

from catclf.errors import DataError

_CAT_NAMES = ("cat", "cats")


def positive_classes(classes: Counter[str], positive: str | None, where: str) -> frozenset[str]:
    """Choose the class, in whatever spellings, that gets the label 1.

    Parameters
    ----------
    classes : Counter
        Names of the classes, with the number of images of each.
    positive : str or None
        Its name; None stands for "cat" or "cats". Case does not matter unless two classes differ
        only in case.
    where : str
        The data set's name, for error messages.

    Returns
    -------
    frozenset of str
        The names that are positive.

    Raises
    ------
    DataError
        If there is none.
    """
    if positive is not None and positive in classes:
        return frozenset({positive})
    wanted = _CAT_NAMES if positive is None else (positive.casefold(),)
    chosen = frozenset(name for name in classes if name.casefold() in wanted)
    # Labels 0 and 1 need no choice; --positive only gives class 1 its name.
    if not chosen and set(classes) <= {"0", "1"}:
        return frozenset({"1"})
    if not chosen and positive is None and all(map(_is_number, classes)):
        other = min(set(classes) - {"0", "1"})
        raise DataError(
            f"{where} has the label {other}; labels must be 0 and 1 (1 = cat) or class names, "
            "or choose the positive one with --positive"
        )
    if not chosen:
        found = ", ".join(name[:40] for name in sorted(classes)[:12]) + (
            ", …" if len(classes) > 12 else ""
        )
        raise DataError(
            f"{where} has no class named {positive or 'cat'} (found: {found}); "
            "choose the positive class with --positive"
        )
    return chosen


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
