"""C as a format that a model is exported to."""

import os
import shutil
import subprocess
import tempfile
import weakref
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from catclf.errors import ExportError
from catclf.export.c.header import header
from catclf.export.format import Answers, Exported, Format
from catclf.images.preprocessing import IMAGE_SHAPE, Images
from catclf.model import Model

_SECONDS_TO_COMPILE = 120
_SECONDS_PER_IMAGE = 1


@dataclass(frozen=True)
class CFormat(Format):
    """A header in C99, for microcontrollers and whatever else has a C compiler.

    Parameters
    ----------
    int8 : bool
        Whether to round weights to 8 bits.
    """

    int8: bool = False

    def make(self, model: Model, properties: dict[str, str]) -> bytes:
        """Write a model."""
        return header(model, properties, int8=self.int8).encode("ascii")

    def open(self, data: bytes) -> Exported:
        """Compile a header, with the compiler that the variable CC names, or cc."""
        return _CExported(data)

    def tolerance(self, model: Model) -> float:
        """All is computed in float32; how much 8 bits lose is for the user to judge."""
        return inf if self.int8 else 1e-4


class _CExported(Exported):
    def __init__(self, data: bytes) -> None:
        compiler = shutil.which(os.environ.get("CC") or "cc")
        if not compiler:
            raise ExportError(
                "C needs a compiler to prove what was written; install one, or name it in the "
                "variable CC"
            )
        folder = Path(tempfile.mkdtemp(prefix="catclf-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        (folder / "model.h").write_bytes(data)
        (folder / "main.c").write_text(_MAIN, encoding="ascii")
        self._program = folder / "main"
        flags = ["-std=c99", "-O2", "-o", str(self._program), str(folder / "main.c"), "-lm"]
        _run([compiler, *flags], b"", _SECONDS_TO_COMPILE, "it cannot be compiled")

    def answers(self, images: Images) -> Answers:
        """What the compiled program says of images."""
        if images.shape[1:] != IMAGE_SHAPE:
            raise ExportError(f"it takes images of {IMAGE_SHAPE}, not {images.shape[1:]}")
        seconds = 10 + _SECONDS_PER_IMAGE * len(images)
        out = _run([str(self._program)], images.tobytes(), seconds, "it cannot be run")
        lines = out.split(b"\n")[: len(images)]
        numbers, labels = [], []
        try:
            for line in lines:
                logit, probability, label = line.split(b" ")
                numbers.append((float(logit), float(probability)))
                labels.append(bytes.fromhex(label.decode()).decode())
        except ValueError as error:
            raise ExportError("it does not answer as an exported header does") from error
        if len(numbers) != len(images):
            raise ExportError(f"it answers {len(numbers)} of {len(images)} images")
        Z, A = np.array(numbers).T
        return Answers(Z, A, labels)


# Of each image on standard input: logit, probability, and the bytes of the label in hexadecimal.
_MAIN = r"""
#define CATCLF_IMPLEMENTATION
#include "model.h"
#include <stdio.h>
int main(void)
{
    static uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3];
    while (fread(rgb, 1, sizeof rgb, stdin) == sizeof rgb) {
        float p = catclf_predict(rgb);
        const char *label = catclf_label(p);
        printf("%.9g %.9g ", (double)catclf_logit(rgb), (double)p);
        while (*label)
            printf("%02x", (unsigned)(unsigned char)*label++);
        printf("\n");
    }
    return 0;
}
"""


def _run(command: list[str], given: bytes, seconds: float, failure: str) -> bytes:
    try:
        result = subprocess.run(
            command, input=given, capture_output=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise ExportError(f"{failure}: it takes longer than {seconds:g} s") from None
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").splitlines()
        reason = next((line for line in lines if "error" in line), f"status {error.returncode}")
        raise ExportError(f"{failure}: {reason[:160]}") from error
    return result.stdout
