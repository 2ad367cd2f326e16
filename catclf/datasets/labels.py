"""From class names to labels: which class is positive."""

from collections import Counter
from collections.abc import Collection

from catclf.errors import ClassError, did_you_mean

_CAT_NAMES = ("cat", "cats")


def matching(names: Collection[str], positive: str | None) -> frozenset[str]:
    """Names of classes that mean the positive class, in whatever spellings.

    Parameters
    ----------
    names : collection of str
        Names of classes, or of folders.
    positive : str or None
        The name to look for; None stands for "cat". "cat" and "cats" are one name, and case does
        not matter, unless one of the names is exactly this.

    Returns
    -------
    frozenset of str
        Some of the names.
    """
    if positive is not None and positive in names:
        return frozenset({positive})
    wanted = (positive or _CAT_NAMES[0]).casefold()
    spellings = _CAT_NAMES if wanted in _CAT_NAMES else (wanted,)
    return frozenset(name for name in names if name.casefold() in spellings)


def has_positive(names: Collection[str], positive: str | None) -> bool:
    """Whether `positive_classes` finds a positive class."""
    return bool(matching(names, positive)) or set(names) <= {"0", "1"}


def positive_classes(classes: Counter[str], positive: str | None, where: str) -> frozenset[str]:
    """Choose the class, in whatever spellings, that gets the label 1.

    Parameters
    ----------
    classes : Counter
        Names of the classes, with the number of images of each.
    positive : str or None
        Its name, as for `matching`. Labels 0 and 1 need none.
    where : str
        The data set's name, for error messages.

    Returns
    -------
    frozenset of str
        The names that are positive.

    Raises
    ------
    ClassError
        If there is none.
    """
    chosen = matching(classes, positive)
    # Labels 0 and 1 need no choice; --positive only gives class 1 its name.
    if not chosen and set(classes) <= {"0", "1"}:
        return frozenset({"1"})
    if not chosen and positive is None and all(map(_is_number, classes)):
        other = min(set(classes) - {"0", "1"})
        raise ClassError(
            f"{where} has the label {other}; labels must be 0 and 1 (1 = cat) or class names, "
            "or choose the positive one with --positive"
        )
    if not chosen:
        found = ", ".join(name[:40] for name in sorted(classes)[:12]) + (
            ", …" if len(classes) > 12 else ""
        )
        advice = "; choose the positive class with --positive"
        if positive is None:
            advice += ", or label the images of a folder with catclf label"
        else:
            advice = did_you_mean(positive, classes) or advice
        raise ClassError(f"{where} has no class named {positive or 'cat'} (found: {found}){advice}")
    return chosen


def positive_name(classes: Counter[str], chosen: frozenset[str], positive: str | None) -> str:
    """Name of the positive class: the most frequent spelling in the data of what was asked for.

    Without a choice it is "cat", however the data spell it. Labels 0 and 1 have no name: there it
    is the one that was asked for.
    """
    if positive is None or chosen == {"1"}:
        return positive or _CAT_NAMES[0]
    return max(sorted(chosen), key=lambda name: classes[name])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
