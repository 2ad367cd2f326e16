"""Completion of commands and options in bash and zsh, as the README says to install it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import needs_posix

PROGRAMS = Path(sys.executable).parent

# What the shells' own machinery would ask: after `catclf pre`, and after `catclf train --sco`.
BASH = """
eval "$(_CATCLF_COMPLETE=bash_source catclf)"
complete -p catclf > /dev/null || exit 3
ask() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _catclf_completion catclf
  echo "${COMPREPLY[@]}"
}
ask catclf pre
ask catclf train --sco
ask catclf train --recipe b
"""

ZSH = """
autoload -U compinit && compinit -u -D
eval "$(_CATCLF_COMPLETE=zsh_source catclf)"
[[ -n $_comps[catclf] ]] || exit 3
compadd() { print -r -- ${(P)@[-1]}; }
_describe() { local -a found; found=("${(@P)3}"); print -r -- ${found%%:*}; }
ask() { words=("$@"); CURRENT=$#; _catclf_completion; }
ask catclf pre
ask catclf train --sco
ask catclf train --recipe b
"""


@needs_posix
@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("zsh", ZSH)])
def test_commands_options_and_values_are_completed(shell: str, script: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is missing")
    if shell == "bash":
        version = subprocess.run(
            ["bash", "-c", "echo $BASH_VERSINFO"], capture_output=True, check=True
        )
        if int(version.stdout) < 4:
            pytest.skip("bash is older than 4.4")
    quiet = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"]}[shell]
    result = subprocess.run(
        [shell, *quiet, "-c", script],
        capture_output=True, text=True, check=True, timeout=60,
        env=os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert result.stdout.split() == ["predict", "--score", "best"]
