import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import catclf
from tests.conftest import Runner, write_images


@pytest.fixture
def histories(catclf_run: Runner, data: Path, tmp_path: Path) -> Any:
    paths = [tmp_path / "auto.csv", tmp_path / "slow.csv"]
    for path, rate in zip(paths, ("auto", "0.0001"), strict=True):
        catclf_run(
            "train", data, "-o", tmp_path / "m.npz", "--iterations", 20, "--learning-rate", rate,
            "--history", path,
        )  # fmt: skip
    return paths


def test_several_costs_in_one_plot(catclf_run: Runner, histories: Any, tmp_path: Path) -> None:
    figure = tmp_path / "costs.svg"
    assert catclf_run("plot", *histories, "-o", figure).out == f"Figure written to {figure}\n"
    text = figure.read_text()
    assert text.startswith("<?xml")
    document = json.loads(catclf_run("plot", *histories, "-o", figure, "--json").out)
    assert document["kind"] == "cost"
    costs = document["costs"][str(histories[0])]
    assert len(costs) == 21
    assert costs[0] == pytest.approx(np.log(2))


@pytest.mark.parametrize("costs", [[1e308, -1e308], [0, 0], [-1, -2], [1e-300]])
def test_costs_of_any_size(catclf_run: Runner, tmp_path: Path, costs: Any) -> None:
    (tmp_path / "costs.csv").write_text(
        "iteration,cost\n" + "".join(f"{i},{cost}\n" for i, cost in enumerate(costs))
    )
    outcome = catclf_run("plot", tmp_path / "costs.csv", "-o", tmp_path / "costs.png")
    assert outcome.err == ""


def test_forty_histories(catclf_run: Runner, tmp_path: Path) -> None:
    paths = [tmp_path / f"training-{i}.csv" for i in range(40)]
    for i, path in enumerate(paths):
        path.write_text(f"iteration,cost\n0,0.7\n1,0.{i:02}\n")
    outcome = catclf_run("plot", *paths, "-o", tmp_path / "costs.png")
    assert outcome.err == ""
    with Image.open(tmp_path / "costs.png") as image:
        assert 1300 < image.width < 1325
        assert 1190 < image.height < 1205


def test_weights(catclf_run: Runner, model_path: Path, tmp_path: Path) -> None:
    catclf_run("plot", model_path, "-o", tmp_path / "w.png")
    with Image.open(tmp_path / "w.png") as image:
        assert 1190 < image.width < 1205


def test_a_dictionary(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.npz"
    catclf_run("train", data, "-o", model, "--features", "patches+hog", "--solver", "lbfgs",
               "--l2", 1)  # fmt: skip
    catclf_run("plot", model, "-o", tmp_path / "d.png", "--kind", "dictionary")
    with Image.open(tmp_path / "d.png") as image:
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 1000


def test_a_learning_curve_with_a_test_split_and_without(
    catclf_run: Runner, tmp_path: Path, model_path: Path
) -> None:
    for split in ("train", "test"):
        write_images(tmp_path / "p" / split / "cat", 12, red=140, start=50 * (split == "test"))
        write_images(tmp_path / "p" / split / "dog", 12, red=130, start=50 * (split == "test"))
    arguments = ("plot", model_path, "-o", tmp_path / "c.png", "--kind", "learning-curve", "--json")
    document = json.loads(catclf_run(*arguments, "--data", tmp_path / "p").out)
    assert [point["pictures"] for point in document["points"]] == [12, 24]
    assert document["held_out"] == 24
    document = json.loads(catclf_run(*arguments, "--data", tmp_path / "p" / "train").out)
    assert document["held_out"] in (4, 5)
    assert document["points"][-1]["pictures"] + document["held_out"] == 24

    (tmp_path / "p" / "test" / "cat" / "bad.png").write_bytes(b"not an image")
    assert "--skip-bad" in catclf_run(*arguments, "--data", tmp_path / "p", status=1).err
    outcome = catclf_run(*arguments, "--data", tmp_path / "p", "--skip-bad")
    assert "bad.png" in outcome.err
    assert json.loads(outcome.out)["held_out"] == 24


def test_a_model_is_drawn_beside_itself_as_what_it_has(
    catclf_run: Runner, model_path: Path, data: Path, tmp_path: Path
) -> None:
    out = catclf_run("plot", model_path).out
    assert out == f"Figure written to {tmp_path / 'a-model-weights.png'}\n"
    patches = tmp_path / "patches.npz"
    catclf_run("train", data, "-o", patches, "--features", "patches", "--iterations", 2)
    catclf_run("plot", patches)
    assert (tmp_path / "patches-dictionary.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["m.npz", "-o", "a.jpg"], 2, "a figure's name ends in"),
        (["m.npz", "-o", "no/a.png"], 1, "there is no folder"),
        (["m.npz", "m.npz", "-o", "a.png"], 2, "--kind weights takes one MODEL; 2 files"),
        (["no.npz", "-o", "a.png"], 1, "there is no model"),
        (["no.csv", "-o", "a.png"], 1, "no.csv cannot be read: no such file"),
        (
            ["m.npz", "-o", "a.png", "--kind", "cost"],
            1,
            "m.npz is a model, which does not",
        ),
        (["m.npz", "-o", "a.png", "--kind", "dictionary"], 1, "m.npz has no dictionary"),
        (["hog.npz", "-o", "a.png"], 1, "hog.npz has weights for hog, which cannot"),
        (["hog.npz", "-o", "a.png", "--kind", "learning-curve"], 1, "does not record how it was"),
        (["m.npz", "-o", "a.png", "--kind", "learning-curve", "--data", "no"], 1, "no does not"),
        (["m.npz", "-o", "a.png", "--kind", "pie"], 2, "pie"),
    ],
)
def test_errors_are_one_line(
    catclf_run: Runner,
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: Any,
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    model_path.rename("m.npz")
    from catclf.features.hog import Hog

    catclf.save_model(catclf.Model(np.zeros((Hog.n_x, 1)), 0.0, features=Hog()), "hog.npz")
    outcome = catclf_run("plot", *args, status=status)
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "a.png").exists()
