"""`catclf lesson exercise`."""

from pathlib import Path

import click

from catclf.commands.output import say, say_json
from catclf.lessons.exercises.check_file import check_file
from catclf.lessons.exercises.register import EXERCISES

EXERCISE = "exercise"
"""What stands in the place of a lesson's name."""


def show_exercise(number: int | None, check: Path | None, *, as_json: bool) -> None:
    """List the exercises, print the stub of one, or check a solution; the status is 1 if wrong."""
    if number is None:
        if check:
            raise click.UsageError(
                "say which exercise FILE solves: catclf lesson exercise N --check"
            )
        _list(as_json=as_json)
        return
    if number not in EXERCISES:
        raise click.UsageError(f"there is no exercise {number}; there are 1 to {len(EXERCISES)}")
    if check:
        _check(number, check, as_json=as_json)
    elif as_json:
        say_json({"exercise": number, **_described(number), "stub": EXERCISES[number].stub})
    else:
        click.echo(EXERCISES[number].stub, nl=False)


def _described(number: int) -> dict[str, str]:
    return {"function": EXERCISES[number].name, "about": EXERCISES[number].about}


def _list(*, as_json: bool) -> None:
    if as_json:
        say_json([{"exercise": number, **_described(number)} for number in EXERCISES])
        return
    for number, exercise in EXERCISES.items():
        say(f"{number}  {exercise.name:10} {exercise.about}")
    say("")
    say("Begin:  catclf lesson exercise 1 > sigmoid.py")
    say("Check:  catclf lesson exercise 1 --check sigmoid.py")


def _check(number: int, path: Path, *, as_json: bool) -> None:
    looked = check_file(number, path)
    wrong = [each for each in looked if each.wrong]
    if as_json:
        say_json({"exercise": number, "solved": not wrong, "looked": [x._asdict() for x in looked]})
    else:
        for each in looked:
            say(f"{'wrong' if each.wrong else 'right'}  {each.what}")
            if each.wrong:
                say(f"       {each.wrong}")
        if not wrong:
            say(f"Exercise {number} is solved")
    if wrong:
        click.get_current_context().exit(1)
