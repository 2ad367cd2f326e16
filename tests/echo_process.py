"""A program of a process that answers, hangs or dies as it is asked to: for test_own_process."""

import json
import os
import sys
import time

from catclf.own_process import limit_time


def main() -> None:
    for line in sys.stdin.buffer:
        limit_time(1)
        request = json.loads(line)
        content = b""
        match request[0]:
            case "wait":
                time.sleep(100)
            case "die":
                os._exit(3)
            case "loop":
                while True:
                    pass
            case "bytes":
                content = sys.stdin.buffer.read(request[1])
        answer = json.dumps({"echo": request}).encode() + b"\n"
        sys.stdout.buffer.write(answer + content)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
