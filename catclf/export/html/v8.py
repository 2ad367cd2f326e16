"""JavaScript without a browser: V8, the engine of Chromium, with neither files nor a network."""

from importlib.util import find_spec
from typing import Any

from catclf.errors import ExportError, reason_of
from catclf.own_process import OwnProcess, ProcessEndedError

_PROGRAM = "catclf.export.html.v8_process"

_LONGEST_ANSWER = 2**20


class V8:
    """A world for scripts, within bounds of time and memory, in a process of its own.

    Raises
    ------
    ExportError
        If mini-racer is not installed.
    """

    def __init__(self) -> None:
        if find_spec("py_mini_racer") is None:
            raise ExportError(
                "a web page needs mini-racer to prove what was written; "
                "run pip install 'catclf[html]'"
            )
        try:
            self._process = OwnProcess(_PROGRAM)
        except OSError as error:
            raise ExportError(f"V8 cannot be started: {reason_of(error)}; try again") from error

    def run(self, code: str, seconds: float) -> Any:
        """Run a script.

        Parameters
        ----------
        code : str
            JavaScript.
        seconds : float
            How long it may take.

        Returns
        -------
        str, number or None
            The value of its last expression; None if that is neither text nor number.

        Raises
        ------
        ExportError
            If it fails.
        """
        return self._ask(code, b"", seconds)

    def fill(self, code: str, content: bytes, seconds: float) -> None:
        """Run a script whose value is a buffer, and put bytes there.

        Parameters
        ----------
        code : str
            JavaScript.
        content : bytes
            The bytes, as many as the buffer has, and at least one.
        seconds : float
            How long it may take.

        Raises
        ------
        ExportError
            If it fails.
        ValueError
            If its value is not a buffer for so many bytes.
        """
        if self._ask(code, content, seconds) is not True:
            raise ValueError(f"its value is not a buffer for {len(content)} bytes")

    def _ask(self, code: str, content: bytes, seconds: float) -> Any:
        try:
            answer = self._process.ask(
                [code, len(content)], seconds=seconds, most=_LONGEST_ANSWER, content=content
            )
        except ProcessEndedError as error:
            does = "takes too long" if error.is_late else "takes too much memory, or crashes"
            raise ExportError(f"it {does}") from None
        if "error" in answer:
            raise ExportError(f"it cannot be run: {answer['error']}")
        return answer["value"]
