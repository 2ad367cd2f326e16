"""onnxruntime, kept within bounds: of memory, of time, and of what it prints.

Its threads, once started, cannot be stopped from outside. So whatever may take long is done on a
thread of its own, and left behind if it takes too long; that also lets Ctrl-C through.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from catclf.encoders.admission import shown
from catclf.encoders.encodings import Floats
from catclf.errors import EncoderError

T = TypeVar("T")

LARGEST_MEMORY = 2 * 2**30
"""Bytes that all tensors of all sessions may take together."""

SECONDS_TO_OPEN = 60.0
SECONDS_PER_IMAGE = 10.0

_SILENT = 4  # log only what ends the process
_LONGEST_REASON = 160


Run = Callable[[NDArray[Any]], Floats]
"""From an image, as the file declares it, to the network's output."""


class Call(Generic[T]):
    """A call that runs on a thread of its own.

    Parameters
    ----------
    function : callable
        Takes nothing; runs at once.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._results: list[T] = []
        self._failure: BaseException | None = None
        # A daemon, so that a call which never ends does not keep the program from ending.
        self._thread = threading.Thread(target=self._run, args=(function,), daemon=True)
        self._thread.start()

    def _run(self, function: Callable[[], T]) -> None:
        try:
            self._results.append(function())
        except BaseException as error:
            self._failure = error

    def result(self, seconds: float | None = None) -> T:
        """What the function returned.

        Raises
        ------
        TimeoutError
            If it has not returned within so many seconds from now, if they are given.
        Exception
            Whatever the function raised.
        """
        self._thread.join(seconds)
        if self._failure is not None:
            raise self._failure
        if not self._results:
            raise TimeoutError
        return self._results[0]


class Session:
    """A network, ready to run. It is prepared on another thread while the caller goes on.

    Parameters
    ----------
    data : bytes
        An ONNX file that was admitted.
    input_name, output_name : str
        What goes in and what comes out.
    """

    def __init__(self, data: bytes, input_name: str, output_name: str) -> None:
        self._input, self._output = input_name, output_name
        self._session: Call[Any] = Call(lambda: inference_session(data))

    def use(self, function: Callable[[Run], T], images: int) -> T:
        """Call a function that runs the network, for as long as that may take.

        Parameters
        ----------
        function : callable
            Takes a function that gives the network's output, float32 of any shape, for an image as
            the file declares it; several threads may call that at once.
        images : int
            How many images there are.

        Returns
        -------
        object
            What the function returns.

        Raises
        ------
        EncoderError
            If the network fails, or takes too long or too much memory.
        """
        try:
            session = self._session.result(SECONDS_TO_OPEN)
            options = runtime().RunOptions()
            options.log_severity_level = _SILENT
            call = Call(lambda: function(lambda image: self._run(session, options, image)))
            try:
                return call.result(SECONDS_PER_IMAGE * images)
            finally:
                options.terminate = True  # between two operators, if it still runs
        except EncoderError:
            raise
        except TimeoutError:
            raise EncoderError(
                f"takes too long: more than {SECONDS_TO_OPEN:g} s to open, "
                f"or {SECONDS_PER_IMAGE:g} s an image"
            ) from None
        except Exception as error:
            # onnxruntime has many kinds of exceptions, of its own and of Python.
            raise EncoderError(_reason(error)) from error

    def _run(self, session: Any, options: Any, image: NDArray[Any]) -> Floats:
        (output,) = session.run([self._output], {self._input: image}, options)
        if not isinstance(output, np.ndarray) or output.dtype != np.float32:
            raise EncoderError("has an output that is not float32, against its own declaration")
        return output


@cache
def runtime() -> Any:
    """The module onnxruntime, after it was told to bound its memory and to be silent.

    Raises
    ------
    EncoderError
        If it is not installed.
    """
    # It would otherwise keep an identifier of the device, and send events to its makers.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError:
        raise EncoderError(
            "needs onnxruntime; install it with: pip install 'catclf[encoder]'"
        ) from None
    onnxruntime.set_default_logger_severity(_SILENT)
    onnxruntime.disable_telemetry_events()
    cpu = onnxruntime.OrtMemoryInfo(
        "Cpu",
        onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
        0,
        onnxruntime.OrtMemType.DEFAULT,
    )
    # An arena grows by what is asked for; by default it would double each time.
    bounds = onnxruntime.OrtArenaCfg({"max_mem": LARGEST_MEMORY, "arena_extend_strategy": 1})
    with suppress(Exception):  # where this is part of a program that has registered its own
        onnxruntime.create_and_register_allocator(cpu, bounds)
    return onnxruntime


def inference_session(data: bytes) -> Any:
    """A session of onnxruntime, within the bound of memory, on one thread for each call.

    Raises
    ------
    EncoderError
        If onnxruntime is not installed.
    Exception
        Of many kinds, if the data are not valid.
    """
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # each of several threads runs the network on its own image
    options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    options.enable_profiling = False
    options.add_session_config_entry("session.use_env_allocators", "1")
    return onnxruntime.InferenceSession(
        data,
        options,
        providers=["CPUExecutionProvider"],
        # It computes with memory that is not of the arena, and saves nothing here.
        disabled_optimizers=["ConstantFolding"],
    )


def _reason(error: Exception) -> str:
    """What onnxruntime says, in a line that suits a user."""
    text = str(error)
    if "Available memory" in text or "Failed to allocate" in text or isinstance(error, MemoryError):
        return f"needs more than {LARGEST_MEMORY >> 30} GB of memory"
    words = text.split(" : ")[-1].removeprefix("Status Message: ")
    return f"cannot be run by onnxruntime: {shown(' '.join(words.split()), _LONGEST_REASON)}"
