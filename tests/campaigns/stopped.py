"""SIGINT and SIGTERM at any moment of every command, from the start of the program on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import catclf
from tests.campaigns import jobs
from tests.campaigns.campaign import Campaign, Case

_SIGNALS = ((signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"))

_STEPS = 3000

_COMMANDS: dict[str, tuple[str, ...]] = {
    **{name: job.args for name, job in jobs.JOBS.items()},
    "predict": ("predict", "data", "-m", "model.npz"),
    "evaluate": ("evaluate", "data", "-m", "model.npz"),
    "check": ("check", "data"),
    "explain": ("explain", "data/cat/0.png", "-m", "model.npz", "-o", "e.png"),
    "info": ("info", "model.npz"),
    "lesson": ("lesson", "sigmoid"),
    "verify": ("verify", "model.h", "model.npz", "data"),
    "resumed": ("train", "data", "-o", "m.npz", "--checkpoint", "c.ckpt"),
}


def _prepare(start: Path) -> None:
    jobs.prepare(start)
    steps = ("--iterations", str(_STEPS))
    assert (
        jobs.run_in(start / "done-train", ("train", "data", "-o", "long.npz", *steps)).status == 0
    )


def _attempt(case: Case) -> str | None:
    names = sorted(_COMMANDS)
    name = names[case.number % len(names)]
    number, status, word = case.rng.choice(_SIGNALS)
    job = jobs.JOBS.get(name, jobs.Job((), ()))
    work = jobs.fresh(case, name)
    before = jobs.outputs_of(work, job)
    args = _COMMANDS[name] + (("--iterations", str(_STEPS)) if name == "resumed" else ())
    process = subprocess.Popen(
        [sys.executable, "-m", "catclf", *args],
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
    if broken := _broken(process.returncode, err, number, status, word):
        return f"{name}: {broken}"
    if left := jobs.leftovers(work):
        return f"{name}: {left} is left"
    if name == "resumed":
        return _resume(case, work)
    if name in jobs.JOBS:
        return jobs.what_is_broken(case.start, name, work, before)
    return None


def _broken(code: int, err: str, number: signal.Signals, status: int, word: str) -> str | None:
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
    args = ("train", "data", "-o", "m.npz", "--iterations", str(_STEPS), "--resume", "c.ckpt")
    outcome = jobs.run_in(work, args)
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
    prepare=_prepare,
    attempt=_attempt,
)
