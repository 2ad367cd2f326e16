"""C headers say what their models say, and nothing in a model gets into their code."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import catclf
from catclf.errors import ExportError, SettingsError
from catclf.export.c.header import header, quantised
from catclf.export.export_model import export_model, open_exported
from catclf.export.proof import prove, trial_images
from catclf.images.preprocessing import Preprocessing
from tests.conftest import ROOT
from tests.export.models import course_model, model_of, real_images

CC = shutil.which("cc")
pytestmark = pytest.mark.skipif(CC is None, reason="there is no C compiler cc")

FEATURES = ["pixels", "hog", "pixels+hog"]
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]


def compiled(folder: Path, *sources: str, flags: tuple[str, ...] = ()) -> Path:
    """Programs of sources in a folder, with all warnings and checks."""
    files = []
    for i, source in enumerate(sources):
        files.append(folder / f"{i}.c")
        files[-1].write_text(source)
    command = [str(CC), *STRICT, *flags, *map(str, files), "-o", str(folder / "program"), "-lm"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return folder / "program"


def output_of(program: Path) -> str:
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", FEATURES)
def test_the_header_tests_itself(tmp_path: Path, features: str, flip: bool, int8: bool) -> None:
    (tmp_path / "m.h").write_text(header(model_of(features, flip=flip), {}, int8=int8))
    source = '#define CATCLF_SELF_TEST\n#include "m.h"\n'
    assert output_of(compiled(tmp_path, source)).endswith("passed\n")


def test_a_wrong_bias_fails_the_self_test(tmp_path: Path) -> None:
    text = header(model_of("hog", flip=True), {}, int8=False)
    (tmp_path / "m.h").write_text(text.replace("return catclf_bias", "return 0.0f"))
    program = compiled(tmp_path, '#define CATCLF_SELF_TEST\n#include "m.h"\n')
    assert subprocess.run([program], capture_output=True, check=False).returncode == 1


def test_several_files_can_include_it(tmp_path: Path) -> None:
    (tmp_path / "m.h").write_text(header(model_of("pixels"), {}, int8=False))
    first = '#define CATCLF_IMPLEMENTATION\n#include "m.h"\n#include "m.h"\n'
    second = '#include "m.h"\nint main(void) { return catclf_label(1.0f)[0] != 99; }\n'
    output_of(compiled(tmp_path, first, second))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", FEATURES)
def test_logits_are_the_models(tmp_path: Path, features: str, flip: bool) -> None:
    model = model_of(features, flip=flip)
    assert export_model(model, tmp_path / "m.h").relative < 1e-5
    export_model(model, tmp_path / "int8.h", int8=True)
    proof = prove(
        open_exported(tmp_path / "int8.h"), quantised(model), trial_images(Preprocessing())
    )
    assert proof.relative < 1e-5


@pytest.mark.real_data
@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_real_images(tmp_path: Path, features: str) -> None:
    model = course_model(features)
    export_model(model, tmp_path / "m.h")
    assert prove(open_exported(tmp_path / "m.h"), model, real_images()).logit < 1e-4


@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_8_bits_lose_less_than_half_a_point(features: str) -> None:
    train, test = (catclf.load_dataset(ROOT / "data", split) for split in ("train", "test"))
    both = replace(
        test,
        images=np.concatenate([train.images[:], test.images[:]]),
        labels=np.concatenate([train.labels, test.labels]),
        names=[*train.names, *test.names],
    )
    settings = catclf.TrainingSettings(features=features, solver="lbfgs", l2=0.01)
    model = catclf.train(train, settings).model
    before, after = (catclf.evaluate(m, both).metrics for m in (model, quantised(model)))
    assert abs(before.accuracy - after.accuracy) <= 0.005


@pytest.mark.parametrize(
    "name",
    ['"; int x = 1/0; //', "*/ #error", "two\nlines\\", "😺", "??/", "%s%n", "@FEATURES@", "\\"],
)
def test_names_of_classes_are_data(tmp_path: Path, name: str) -> None:
    model = model_of("hog", positive=name)
    properties = {"positive": name, "trained_on": "*/\n#error\n/*"}
    (tmp_path / "m.h").write_text(header(model, properties, int8=False), encoding="ascii")
    main = """
        #define CATCLF_IMPLEMENTATION
        #include "m.h"
        #include <stdio.h>
        int main(void) { puts(catclf_label(1.0f)); return 0; }
    """
    assert output_of(compiled(tmp_path, main)) == f"{name}\n"
    export_model(model, tmp_path / "n.h")


def test_what_c_cannot_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExportError, match="features fourier:hog cannot be exported to C"):
        export_model(model_of("fourier:hog"), tmp_path / "m.h")
    with pytest.raises(SettingsError, match="--int8 is for the format c"):
        export_model(model_of("pixels"), tmp_path / "m.onnx", int8=True)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ExportError, match="C needs a compiler"):
        export_model(model_of("pixels"), tmp_path / "m.h")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no C", "it cannot be compiled: .*error"),
        ("int catclf_x;", "it cannot be compiled"),
    ],
)
def test_a_file_that_is_no_exported_header(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "m.h").write_text(text)
    with pytest.raises(ExportError, match=rf"m\.h: {message}"):
        open_exported(tmp_path / "m.h")


def test_images_of_another_size() -> None:
    exported_type = np.zeros((1, 100, 100, 3), np.uint8)
    from catclf.export.c.c_format import CFormat

    exported = CFormat().open(header(model_of("hog"), {}, int8=False).encode())
    with pytest.raises(ExportError, match=r"it takes images of \(64, 64, 3\)"):
        exported.answers(exported_type)
