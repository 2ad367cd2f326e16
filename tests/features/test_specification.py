import subprocess
import sys

import pytest

from catclf.errors import SettingsError
from catclf.features.specification import FEATURE_MAPS, FeatureSpecification

NAMES = {
    "pixels": FeatureSpecification(("pixels",), fourier=False),
    "hog+patches": FeatureSpecification(("hog", "patches"), fourier=False),
    "fourier:patches+hog": FeatureSpecification(("patches", "hog"), fourier=True),
    "encoder+hog": FeatureSpecification(("encoder", "hog")),
    "fourier:onnx:my+hog.onnx+hog+pixels": FeatureSpecification(
        ("encoder", "hog", "pixels"), fourier=True, encoder_file="my+hog.onnx"
    ),
    "patches+onnx:C:\\a b.onnx": FeatureSpecification(
        ("patches", "encoder"), encoder_file="C:\\a b.onnx"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_name_is_parsed_and_given_back(name: str) -> None:
    assert FeatureSpecification.parse(name) == NAMES[name]
    assert str(NAMES[name]) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "magic",
        "pixels+pixels",
        "pixels+",
        "fourier:",
        "fourier:fourier:hog",
        "hog+fourier:hog",
        "onnx:",
        "encoder+encoder",
    ],
)
def test_unknown_and_repeated_parts_are_refused(name: str) -> None:
    with pytest.raises(SettingsError) as error:
        FeatureSpecification.parse(name)
    assert str(error.value) == (
        f"features must be one of {', '.join(FEATURE_MAPS)}, encoder, onnx:FILE, or several "
        "joined with +, at most one of them an encoder, optionally prefixed with fourier:, "
        f"not {name}"
    )


def test_two_encoders_are_refused() -> None:
    with pytest.raises(SettingsError, match="at most one of them an encoder"):
        FeatureSpecification.parse("onnx:a.onnx+encoder")


def test_no_parts_are_refused() -> None:
    with pytest.raises(SettingsError):
        FeatureSpecification(())


def test_names_are_known_without_numpy() -> None:
    code = "import sys, catclf.features.specification; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
