"""The command line as one page for man(1)."""

from itertools import groupby

from catclf import __version__
from tools.reference.commands import Command, commands

_HEAD = r"""\" Generated from the program by `make reference`.
.TH CATCLF 1 "" "catclf {version}" "User Commands"
.SH NAME
catclf \- cat-vs-non-cat image classifier
.SH SYNOPSIS
.B catclf
.I COMMAND
[\fIOPTIONS\fR] \fIARGUMENTS\fR...
.SH DESCRIPTION
catclf trains the logistic regression of the lecture "Neural Networks Basics" on 64 x 64 images, or
on what a pre-trained network makes of them, reports honest scores, and labels new images.
.SH COMMANDS
"""

_TAIL = r""".SH EXIT STATUS
0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143 terminated.
.SH ENVIRONMENT
.TP
.B CATCLF_MODEL
Model file, where no option names one.
.TP
.B CATCLF_ENCODER
ONNX file of the encoder of a model.
.TP
.B CATCLF_CACHE
Folder in which the built-in encoder is kept.
.TP
.B DASK_SCHEDULER_ADDRESS
Dask scheduler to work on.
.SH FILES
.TP
.I model.npz
The model that commands write and read by default: w, b and a JSON text, an archive of numpy.
.SH EXAMPLES
.nf
catclf train data/
catclf evaluate
catclf predict photo.jpg
.fi
"""


def man_page() -> str:
    """The page, for troff with the macros of man."""
    head = _HEAD.replace("{version}", __version__)
    return "." + head + "".join(map(_section, commands())) + _TAIL


def _section(command: Command) -> str:
    parts = [f".SS {_text(command.usage)}\n"]
    parts.append("\n.PP\n".join(map(_text, command.paragraphs)) + "\n")
    for group, options in groupby(command.options, key=lambda option: option.group):
        parts.append(f".PP\n.I {_text(group)}\n")
        parts += [f".TP\n.B {_text(option.names)}\n{_text(option.help)}\n" for option in options]
    return "".join(parts)


def _text(text: str) -> str:
    """A text in which nothing is a request or an escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
