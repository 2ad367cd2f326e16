"""A cat-vs-non-cat image classifier: the logistic regression of the lecture.

In Python:

>>> import catclf
>>> images = catclf.load_dataset("data")  # the training split
>>> result = catclf.train(images)
>>> catclf.save_model(result.model, "model.npz")
>>> better = catclf.train(images, catclf.PRESETS["best"])
>>> photos = catclf.load_dataset("photos", encoder=catclf.load_encoder())  # the extra `encoder`
>>> result = catclf.train(photos, catclf.PRESETS["transfer"])
>>> model = catclf.load_model("model.npz")
>>> model.predict("data/test/cat/cat-001.jpg")
>>> catclf.evaluate(model, catclf.load_dataset("data", "test")).metrics.accuracy

`model.probabilities(images)` takes an array (m, side, side, 3) of uint8; the side is 64, or the
encoder's. Whatever goes wrong because of a file or a setting is a `CatclfError`, whose text can be
shown to a user.
"""

from catclf._version import __version__

# That of typing, whose import takes a while in which an interrupt would show a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from catclf.datasets.check import check
    from catclf.datasets.dataset import Dataset
    from catclf.datasets.load import load_dataset
    from catclf.datasets.pack import pack
    from catclf.datasets.pack_shards import pack_shards
    from catclf.datasets.source import open_source
    from catclf.datasets.split import split
    from catclf.encoders.lookup import load_encoder
    from catclf.errors import (
        CatclfError,
        CheckpointError,
        ClassError,
        ClusterError,
        DataError,
        EncoderError,
        ExportError,
        ImageError,
        ModelError,
        OutputError,
        SettingsError,
        TrainingError,
    )
    from catclf.evaluation.cross_validation import CrossValidation, cross_validate
    from catclf.evaluation.evaluate import Evaluation, evaluate
    from catclf.export.export_model import export_model
    from catclf.lessons.lesson import Lesson, LessonSettings
    from catclf.lessons.register import run_lesson
    from catclf.model import Model, Prediction
    from catclf.model_file import load_model, save_model
    from catclf.training.record import TrainingRecord
    from catclf.training.settings import PRESETS, Target, TrainingSettings
    from catclf.training.train import TrainingResult, train

__all__ = [
    "PRESETS",
    "CatclfError",
    "CheckpointError",
    "ClassError",
    "ClusterError",
    "CrossValidation",
    "DataError",
    "Dataset",
    "EncoderError",
    "Evaluation",
    "ExportError",
    "ImageError",
    "Lesson",
    "LessonSettings",
    "Model",
    "ModelError",
    "OutputError",
    "Prediction",
    "SettingsError",
    "Target",
    "TrainingError",
    "TrainingRecord",
    "TrainingResult",
    "TrainingSettings",
    "__version__",
    "check",
    "cross_validate",
    "evaluate",
    "export_model",
    "load_dataset",
    "load_encoder",
    "load_model",
    "open_source",
    "pack",
    "pack_shards",
    "run_lesson",
    "save_model",
    "split",
    "train",
]

# The module of each name: imported when the name is first used, so that `import catclf`, and with
# it `catclf --help`, does not wait for numpy.
_MODULES = {
    "CatclfError": "errors",
    "CheckpointError": "errors",
    "ClassError": "errors",
    "ClusterError": "errors",
    "CrossValidation": "evaluation.cross_validation",
    "DataError": "errors",
    "Dataset": "datasets.dataset",
    "EncoderError": "errors",
    "Evaluation": "evaluation.evaluate",
    "ExportError": "errors",
    "ImageError": "errors",
    "Lesson": "lessons.lesson",
    "LessonSettings": "lessons.lesson",
    "Model": "model",
    "ModelError": "errors",
    "OutputError": "errors",
    "PRESETS": "training.settings",
    "Prediction": "model",
    "SettingsError": "errors",
    "Target": "training.settings",
    "TrainingError": "errors",
    "TrainingRecord": "training.record",
    "TrainingResult": "training.train",
    "TrainingSettings": "training.settings",
    "check": "datasets.check",
    "cross_validate": "evaluation.cross_validation",
    "evaluate": "evaluation.evaluate",
    "export_model": "export.export_model",
    "load_dataset": "datasets.load",
    "load_encoder": "encoders.lookup",
    "load_model": "model_file",
    "open_source": "datasets.source",
    "pack": "datasets.pack",
    "pack_shards": "datasets.pack_shards",
    "run_lesson": "lessons.register",
    "save_model": "model_file",
    "split": "datasets.split",
    "train": "training.train",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'catclf' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"catclf.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
