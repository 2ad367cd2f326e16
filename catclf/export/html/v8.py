"""JavaScript without a browser: V8, the engine of Chromium, with neither files nor a network."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from catclf.errors import ExportError

_BYTES = 2**30
_LONGEST_REASON = 160


# An engine that is taken apart in the middle of an interrupt crashes; so it stays until the end.
_kept: list[Any] = []


class V8:
    """A world for scripts, within bounds of time and memory.

    Raises
    ------
    ExportError
        If mini-racer is not installed.
    """

    def __init__(self) -> None:
        try:
            from py_mini_racer import MiniRacer
        except ImportError:
            raise ExportError(
                "a web page needs mini-racer to prove what was written; "
                "run pip install 'catclf[html]'"
            ) from None
        # On a thread of its own: in one with an event loop, as in a notebook, it would use that
        # loop, which cannot go on while we wait.
        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(MiniRacer)
            try:
                self._context = starting.result()
            except BaseException:
                _kept.append(starting)
                raise
        self._context.set_hard_memory_limit(_BYTES)

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
        str, number or memoryview
            The value of its last expression.

        Raises
        ------
        ExportError
            If it fails.
        """
        from py_mini_racer import JSEvalException, JSTimeoutException

        try:
            return self._context.eval(code, timeout_sec=seconds)
        except BaseException as error:  # an interrupt, too
            # Returns once the script has stopped: an engine that ends before it complains aloud.
            self._context.eval("")
            if isinstance(error, JSTimeoutException):
                raise ExportError("it takes too long") from None
            if isinstance(error, JSEvalException):
                reason = " ".join(str(error).split())[:_LONGEST_REASON]
                raise ExportError(f"it cannot be run: {reason}") from error
            _kept.append(self._context)
            raise
