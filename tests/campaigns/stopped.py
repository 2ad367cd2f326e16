"""SIGINT and SIGTERM at any moment of every command, from the start of the program on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import catclf
from tests.campaigns import jobs
from tests.campaigns.campaign import Campaign, Case

_SIGNALS = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}

_STEPS = 3000

_RESUMED = ("train", "data", "-o", "m.npz", "--iterations", str(_STEPS))

COMMANDS: dict[str, tuple[str, ...]] = {
    **{name: job.args for name, job in jobs.JOBS.items()},
    "predict": ("predict", "data", "-m", "model.npz"),
    "evaluate": ("evaluate", "data", "-m", "model.npz"),
    "check": ("check", "data"),
    "explain": ("explain", "data/cat/0.png", "-m", "model.npz", "-o", "e.png"),
    "info": ("info", "model.npz"),
    "lesson": ("lesson", "sigmoid"),
    "verify": ("verify", "model.h", "model.npz", "data"),
    "resumed": (*_RESUMED, "--checkpoint", "c.ckpt"),
}
"""What is stopped: commands by a name for each."""


def prepare(start: Path) -> None:
    """Write what the commands work on, and their outputs when nothing goes wrong."""
    jobs.prepare(start)
    outcome = jobs.run_in(start / "done-train", (*_RESUMED, "-o", "long.npz"))
    assert outcome.status == 0, outcome.err


def choose(case: Case) -> tuple[str, signal.Signals]:
    """The name of a command, and the signal that it gets."""
    names = sorted(COMMANDS)
    return names[case.number % len(names)], case.rng.choice(list(_SIGNALS))


def _attempt(case: Case) -> str | None:
    name, number = choose(case)
    work = jobs.fresh(case, name)
    before = jobs.outputs_of(work, name)
    process = subprocess.Popen(
        [sys.executable, "-m", "catclf", *COMMANDS[name]],
        cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(catclf.__file__).parents[1])},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        process.wait(case.rng.uniform(0.02, 1.2))
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    try:
        _, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"{name}: it does not end after {number.name}"
    return what_escaped(case, name, number, work, before, process.returncode, err)


def what_escaped(
    case: Case,
    name: str,
    number: signal.Signals,
    work: Path,
    before: dict[str, bytes],
    code: int,
    err: str,
) -> str | None:
    """What is not as it should be after a command got a signal and ended, if anything."""
    if broken := _broken(code, err, number):
        return f"{name}: {broken}"
    if left := jobs.leftovers(work):
        return f"{name}: {left} is left"
    if name == "resumed":
        return _resume(case, work)
    if name in jobs.JOBS:
        return jobs.what_is_broken(case.start, name, work, before)
    return None


def _broken(code: int, err: str, number: signal.Signals) -> str | None:
    status, word = _SIGNALS[number]
    if code in (0, -number):  # it was done before, or Python itself had not started yet
        return None
    if "catclf" not in err and "KeyboardInterrupt" in err:
        return None  # Python itself was starting
    if code == 1 and err.startswith("Error: model.h"):
        return None  # there is none to verify
    if code != status or not err.rstrip().endswith(f"Error: {word}") or "Traceback" in err:
        return f"status {code} after {number.name}: {err!r}"
    return None


def _resume(case: Case, work: Path) -> str | None:
    """A training goes on to the same bytes of w, from wherever it was stopped."""
    if not (work / "c.ckpt").exists():
        return None
    outcome = jobs.run_in(work, (*_RESUMED, "--resume", "c.ckpt"))
    if outcome.status:
        return f"--resume: {outcome.err}"
    one, other = (
        catclf.load_model(path) for path in (work / "m.npz", case.start / "done-train" / "long.npz")
    )
    if one.w.tobytes() != other.w.tobytes() or one.b != other.b:
        return "--resume leads to another model"
    return None


CAMPAIGN = Campaign(
    "stopped",
    "SIGINT and SIGTERM at random moments of every command; trainings resume to the same bytes",
    few=42,
    many=2100,
    prepare=prepare,
    attempt=_attempt,
)
