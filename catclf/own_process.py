"""Parts of this package that are run in a process of their own, which may crash, or not end."""

import json
import os
import subprocess
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from threading import Event, Timer
from typing import Any

_PACKAGES = Path(__file__).parents[1]


class ProcessEndedError(Exception):
    """A process ended before it had answered; `is_late` if it was given up."""

    def __init__(self, *, is_late: bool) -> None:
        self.is_late = is_late


class OwnProcess:
    """A process that answers requests.

    It reads each request as a line of JSON, after which bytes may follow, and answers with another
    line, after which bytes may follow. It ends when nobody can ask any
    more; with `limit_time`, also in the midst of work.

    Parameters
    ----------
    module : str
        The module that is run.
    *arguments : str
        Its arguments.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            command(module, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment() | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # an interrupt is for this process, which ends that one
        )
        self._finalize = weakref.finalize(self, _end, self._process)

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._finalize.alive and self._process.poll() is None

    def end(self) -> None:
        """End the process."""
        self._finalize()

    def ask(
        self,
        request: list[Any],
        *,
        seconds: float,
        most: int,
        content: bytes = b"",
        view: memoryview | None = None,
    ) -> dict[str, Any]:
        """Send a request, and wait for the answer.

        Parameters
        ----------
        request : list
            What is sent as a line of JSON.
        seconds : float
            How long the answer may take.
        most : int
            How many bytes its line may have.
        content : bytes
            What is sent after the line.
        view : memoryview, optional
            What is filled with the bytes after the answer, unless that has a key "error".

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        ProcessEndedError
            If there is none.
        """
        is_late = Event()

        def give_up() -> None:
            is_late.set()
            self._process.kill()

        timer = Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        answer = None
        try:
            answer = self._exchange(json.dumps(request).encode() + b"\n" + content, most, view)
        finally:
            timer.cancel()
            if answer is None:  # after an interrupt too: what it may say later answers nothing
                self.end()
        if answer is None:
            raise ProcessEndedError(is_late=is_late.is_set())
        return answer

    def _exchange(
        self, request: bytes, most: int, view: memoryview | None
    ) -> dict[str, Any] | None:
        """None if the process ended."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError:  # a pipe that is closed, which each system says in its own way
            return None
        line = self._process.stdout.readline(most)
        if not line.endswith(b"\n"):
            return None
        answer: dict[str, Any] = json.loads(line)
        if view is None or "error" in answer:
            return answer
        count = self._process.stdout.readinto(view)  # type: ignore[attr-defined]
        return answer if count == len(view) else None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module, without the folder it lies in: names there may be others'."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment in which this very package is found, wherever it is."""
    packages = filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")])
    return os.environ | {"PYTHONPATH": os.pathsep.join(packages)}


def limit_memory(most: int) -> None:
    """Let the system refuse this process memory beyond so many bytes, or what is allowed now."""
    with suppress(ImportError, ValueError, OSError):  # not all systems can
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limits = resource.getrlimit(resource.RLIMIT_DATA)
        limit = min(most, *(most if each == resource.RLIM_INFINITY else each for each in limits))
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limits[1]))


def limit_time(seconds: int) -> None:
    """Let the system end this process after so much time of the processor from now on.

    It ends at last, even if nobody is there to end it.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, most)
        )
