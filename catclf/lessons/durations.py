"""How long something takes, in words."""


def in_words(seconds: float) -> str:
    """A time as people say it.

    Parameters
    ----------
    seconds : float
        How long it takes.

    Returns
    -------
    str
        The same in the largest unit of which there are at least two, like "11.1 hours".
    """
    year = 365 * 86400.0
    units = {"years": year, "days": 86400.0, "hours": 3600.0, "minutes": 60.0, "s": 1.0}
    for name, unit in units.items():
        if seconds >= 2 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.2g} s"
