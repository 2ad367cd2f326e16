"""The program of the process in which V8 runs the scripts of a page: `v8` starts it.

Each request is a script, and a number of bytes that follow, for the buffer that is its value.
"""

import json
import sys
from typing import Any

from catclf.own_process import limit_memory, limit_time

# V8 takes 0.6 GB of it to begin with; pages of the largest models need 0.2 GB more.
_MEMORY = 3 * 2**29

_SECONDS = 120
"""Of the processor, for a request."""

_LONGEST_REASON = 160


def main() -> None:
    """Answer requests."""
    limit_memory(_MEMORY)
    engine = None
    for line in sys.stdin.buffer:
        limit_time(_SECONDS)
        code, size = json.loads(line)
        content = sys.stdin.buffer.read(size)
        try:
            engine = engine or _engine()
            answer = _answer(engine.eval(code), content)
        except Exception as error:
            # What a script throws, and values that cannot leave V8.
            answer = {"error": " ".join(str(error).split())[:_LONGEST_REASON]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _engine() -> Any:
    from py_mini_racer import MiniRacer

    return MiniRacer()


def _answer(value: Any, content: bytes) -> dict[str, Any]:
    if not content:
        return {"value": value if isinstance(value, str | int | float) else None}
    is_buffer = isinstance(value, memoryview) and value.nbytes == len(content)
    if is_buffer:
        value[:] = content
    return {"value": is_buffer}


if __name__ == "__main__":
    main()
