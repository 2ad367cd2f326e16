"""The program of the process that runs a student's file: `check_file` starts it.

What it finds is the last line on standard error, a JSON text; the file may print what it likes.
"""

import json
import runpy
import sys
import traceback
import warnings

from catclf.lessons.exercises.exercise import Finding
from catclf.lessons.exercises.register import EXERCISES


def main() -> None:
    """Run the file that the second argument names, and check the exercise of the first."""
    number, path = int(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("ignore")
    sys.stderr.write("\n" + json.dumps(_findings(number, path)) + "\n")


def _findings(number: int, path: str) -> list[Finding]:
    exercise = EXERCISES[number]
    found: list[Finding] = []
    try:
        function = runpy.run_path(path).get(exercise.name)
        if not callable(function):
            return [(f"it defines {exercise.name}", f"there is no function {exercise.name}")]
        for finding in exercise.check(function):
            found.append(finding)
    except Exception as error:
        found.append(("it runs", _in_words(error, path)))
    return found


def _in_words(error: Exception, path: str) -> str:
    """An exception, with the line of the student's file where it came from."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path
    ]
    lineno = (
        error.lineno if isinstance(error, SyntaxError) else frames[-1].lineno if frames else None
    )
    where = f"line {lineno}: " if lineno else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{where}{type(error).__name__}: {text}"


if __name__ == "__main__":
    main()
