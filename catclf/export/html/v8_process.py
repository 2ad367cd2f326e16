"""The program of the process in which V8 runs the scripts of a page: `v8` starts it.

Each request is a script, and a number of bytes that follow, for the buffer that is its value.
"""

import json
import sys
from typing import Any

from py_mini_racer import MiniRacer

from catclf.own_process import limit_memory

# V8 takes half of it to begin with; pages of the largest models need 0.2 GB more.
_MEMORY = 3 * 2**29

_LONGEST_REASON = 160


def main() -> None:
    """Answer requests."""
    limit_memory(_MEMORY)
    engine = MiniRacer()
    for line in sys.stdin.buffer:
        code, size = json.loads(line)
        content = sys.stdin.buffer.read(size)
        answer: dict[str, Any]
        try:
            value: Any = engine.eval(code)
        except Exception as error:
            # What a script throws, and values that cannot leave V8.
            answer = {"error": " ".join(str(error).split())[:_LONGEST_REASON]}
        else:
            if isinstance(value, memoryview) and value.nbytes == size:
                value[:] = content
                value = size
            answer = {"value": value if isinstance(value, str | int | float) else None}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
