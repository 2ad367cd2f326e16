"""JavaScript without a browser: V8, the engine of Chromium, with neither files nor a network."""

import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from catclf.errors import ExportError

_BYTES = 2**30
_LONGEST_REASON = 160


@cache
def _thread() -> ThreadPoolExecutor:
    """The one thread that engines live on, from the first to the last.

    V8 protects its memory by keys that only the thread that starts it has, and threads of that one:
    where processors have such keys, any other crashes. Nor has this one an event loop, which
    mini-racer would use, as in a notebook, although it cannot go on while we wait.
    """
    return ThreadPoolExecutor(1, "v8")


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
        self._engine = _thread().submit(MiniRacer).result()
        weakref.finalize(self, _thread().submit, self._engine.close).atexit = False
        self._engine.set_hard_memory_limit(_BYTES)

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
            return _thread().submit(self._engine.eval, code, timeout_sec=seconds).result()
        except JSTimeoutException:
            # Returns once the script has stopped: an engine that ends before it complains aloud.
            _thread().submit(self._engine.eval, "").result()
            raise ExportError("it takes too long") from None
        except JSEvalException as error:
            reason = " ".join(str(error).split())[:_LONGEST_REASON]
            raise ExportError(f"it cannot be run: {reason}") from error
