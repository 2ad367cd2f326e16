"""The report of an evaluation as one HTML page."""

from collections.abc import Sequence
from pathlib import Path

from catclf.datasets.dataset import Dataset
from catclf.evaluation.doubtful import Doubtful
from catclf.evaluation.evaluate import Evaluation
from catclf.model import Model
from catclf.progress import Progress
from catclf.reports.card_section import card_section
from catclf.reports.charts import figures
from catclf.reports.evaluation_charts import (
    histogram,
    precision_recall_chart,
    reliability_chart,
    roc_chart,
)
from catclf.reports.gallery import Picture, gallery, names_list
from catclf.reports.markup import EMPTY, Markup, join, name_tag, tag
from catclf.reports.mistakes import mistaken_pictures
from catclf.reports.page import Section, asset, page
from catclf.reports.review import SCRIPTS, Labelled, labelled_of, review_bar
from catclf.reports.score import score
from catclf.reports.tables import table
from catclf.reports.thumbnails import Thumbnails, image_to_show
from catclf.storage import written_whole
from catclf.text import percent, plural
from catclf.training.record import TrainingRecord, recorded

# Doubtful labels that are shown as images.
_DOUBTFUL = 60


def write_evaluation_report(
    path: Path,
    model: Model,
    evaluation: Evaluation,
    dataset: Dataset,
    *,
    name: str,
    doubtful: Sequence[Doubtful] | None = None,
    reviewed: Dataset | None = None,
    near_duplicates: Sequence[tuple[str, str]] = (),
    judged: Model | None = None,
    progress: Progress | None = None,
) -> None:
    """Show how a model does, where it fails, and what it is: a page without any other file.

    The same input gives the same bytes.

    Parameters
    ----------
    path : Path
        The HTML file to write.
    model : Model
        The model.
    evaluation : Evaluation
        How it does.
    dataset : Dataset
        The images that were evaluated.
    name : str
        The model file's name, for the heading.
    doubtful : sequence of Doubtful, optional
        Labels that models contradict which have not seen the image, most doubtful first; None if
        none were looked for.
    reviewed : Dataset, optional
        The images that the doubtful labels are of, and whose labels the page can save; by default
        those that were evaluated.
    near_duplicates : sequence of (str, str)
        Names of evaluated images, and of training images that they look like.
    judged : Model, optional
        The model that the evaluation is of, if it is another one, trained without these images.
    progress : callable, optional
        Called with the number of mistakes drawn, and the number of all that will be.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    reviewed = reviewed or dataset
    thumbnails = Thumbnails()
    mistakes = mistaken_pictures(
        judged or model, evaluation, dataset, thumbnails, progress=progress
    )
    doubted = _doubtful_pictures(doubtful or (), reviewed, thumbnails)
    shown, others = _to_review([*mistakes, *doubted], reviewed)
    of_review = set(shown)
    mistakes = [
        picture if picture.labelled in of_review else picture._replace(labelled=None)
        for picture in mistakes
    ]
    record = recorded(model)
    sections = [
        Section("score", "Score", score(evaluation)),
        Section("curves", "Curves", _curves(evaluation, dataset)),
        Section(
            "mistakes",
            "Mistakes",
            _mistakes(evaluation, mistakes, is_exact=model.features.is_additive),
        ),
    ]
    if doubtful is not None:
        sections.append(Section("doubtful", "Doubtful labels", _doubtful(doubtful, doubted)))
    sections.append(Section("leaks", "Leaks", _leaks(evaluation, near_duplicates)))
    if evaluation.skipped:
        sections.append(Section("skipped", "Unreadable files", _skipped(evaluation)))
    if record:
        sections.append(Section("recipe", "Recipe", _recipe(record)))
    sections.append(card_section(model))
    document = page(
        f"{name} on {evaluation.where}",
        sections,
        lead=join(
            [
                _lead(evaluation),
                _about_held_out(name) if judged else EMPTY,
                _about_review(len(shown), len(others)),
            ]
        ),
        bar=review_bar(model.positive, model.negative, shown, others),
        scripts=[*map(asset, SCRIPTS)] if shown else [],
    )
    with written_whole(path) as file:
        file.write(document)


def _lead(evaluation: Evaluation) -> Markup:
    metrics = evaluation.metrics
    return tag(
        "p",
        f"{plural(evaluation.m, 'image')}: {metrics.positives} {evaluation.positive}, "
        f"{evaluation.m - metrics.positives} {evaluation.negative}. Decision threshold "
        f"{evaluation.threshold:.4g}.",
        class_="muted",
    )


def _to_review(
    pictures: Sequence[Picture], reviewed: Dataset
) -> tuple[list[Labelled], list[Labelled]]:
    """The images that a review goes through, and the others of the data set."""
    labels = [labelled_of(reviewed, i) for i in range(reviewed.m)]
    known = {image.path: image for image in labels if image}
    paths = [picture.labelled.path for picture in pictures if picture.labelled]
    shown = [known.pop(path) for path in dict.fromkeys(paths) if path in known]
    return shown, list(known.values())


def _about_held_out(name: str) -> Markup:
    return tag(
        "p",
        "The score is of a model that was trained without these images. The one in ",
        name_tag(name),
        " was trained on all, and is likely to be a little better.",
    )


def _about_review(shown: int, others: int) -> Markup:
    if not shown:
        return EMPTY
    return tag(
        "p",
        "To correct labels, start the review at the bottom: it goes through "
        f"{plural(shown, 'image')}, and saves the labels of all {shown + others} as labels.csv, "
        "for catclf train.",
    )


def _curves(evaluation: Evaluation, dataset: Dataset) -> Markup:
    return figures(
        roc_chart(evaluation, dataset.Y),
        precision_recall_chart(evaluation, dataset.Y),
        reliability_chart(evaluation),
        histogram(evaluation, dataset.Y),
    )


def _mistakes(evaluation: Evaluation, pictures: Sequence[Picture], *, is_exact: bool) -> Markup:
    mistakes = evaluation.mistakes
    if not mistakes:
        return tag("p", "None.")
    parts = [
        tag(
            "p",
            f"{plural(len(mistakes), 'image')} of {evaluation.m}, most confident first. If labels "
            "are wrong, they are among the first.",
        )
    ]
    about = "" if is_exact else ", approximately"
    explained = [picture for picture in pictures if picture.overlay]
    if explained:
        parts.append(
            tag(
                "p",
                f"Beside an image, what the model looked at{about}: ",
                tag("span", "orange", class_="positive"),
                f" spoke for {evaluation.positive}, ",
                tag("span", "purple", class_="negative"),
                " against it.",
            )
        )
        parts.append(gallery(explained))
    others = [picture for picture in pictures if not picture.overlay]
    rest = [mistake.name for mistake in mistakes[len(pictures) :]]
    return join([*parts, gallery(others), names_list(rest, f"{len(rest)} more, by name")])


def _doubtful_pictures(
    doubtful: Sequence[Doubtful], dataset: Dataset, thumbnails: Thumbnails
) -> list[Picture]:
    position = {name: i for i, name in enumerate(dataset.names)}
    pictures = []
    for d in doubtful[:_DOUBTFUL]:
        i = position[d.name]
        pictures.append(
            Picture(
                d.name,
                thumbnails.of_array(image_to_show(dataset, i)),
                f"{d.label}: probability {d.probability:.4f}",
                labelled=labelled_of(dataset, i),
            )
        )
    return pictures


def _doubtful(doubtful: Sequence[Doubtful], pictures: Sequence[Picture]) -> Markup:
    if not doubtful:
        return tag("p", "None.")
    rest = [d.name for d in doubtful[_DOUBTFUL:]]
    return join(
        [
            tag(
                "p",
                f"{plural(len(doubtful), 'label')} that models contradict which have not seen the "
                "image, most doubtful first, with the probability that they give to the label.",
            ),
            gallery(pictures),
            names_list(rest, f"{len(rest)} more, by name"),
        ]
    )


def _leaks(evaluation: Evaluation, near_duplicates: Sequence[tuple[str, str]]) -> Markup:
    trained_on = evaluation.trained_on
    if not trained_on and not near_duplicates:
        return tag("p", "The model that was scored was trained on none of these images.")
    parts = []
    if trained_on:
        were = "was" if len(trained_on) == 1 else "were"
        parts += [
            tag(
                "p",
                f"{len(trained_on)} of {plural(evaluation.m, 'image')} {were} used for training.",
            ),
            names_list(trained_on, "Names"),
        ]
    if near_duplicates:
        parts += [
            tag(
                "p",
                "1 image looks like a training image."
                if len(near_duplicates) == 1
                else f"{len(near_duplicates)} images look like training images.",
            ),
            table(
                ("image", "training image"),
                [(name_tag(image), name_tag(other)) for image, other in near_duplicates],
                texts=2,
            ),
        ]
    return join(parts)


def _skipped(evaluation: Evaluation) -> Markup:
    rows = [(name_tag(name), reason) for name, reason in evaluation.skipped]
    return table(("file", "reason"), rows, texts=2)


def _recipe(record: TrainingRecord) -> Markup:
    """How to train such a model again."""
    settings = record.settings.to_dict()
    found = {"learning_rate": record.learning_rate, "l2": record.l2}
    settings |= {name: _chosen(settings[name], value) for name, value in found.items()}
    rows = [(name.replace("_", " "), _value(value)) for name, value in settings.items()]
    counts = ", ".join(f"{count} {name}" for name, count in record.class_counts.items())
    outcome = [
        ("trained on", record.source or "unknown"),
        ("training images", counts),
        ("date", record.date or "unknown"),
        ("iterations made", f"{record.iterations}"),
        ("final cost", f"{record.cost:.6f}"),
        ("training accuracy", percent(record.accuracy)),
    ]
    columns = [
        tag("div", tag("h3", title), table((), of, texts=2))
        for title, of in (("Settings", rows), ("Training", outcome))
    ]
    return join(
        [tag("p", f"{', '.join(record.describe())}."), tag("div", *columns, class_="columns")]
    )


def _chosen(asked: object, value: float | None) -> object:
    """A setting, and the number that training found for it."""
    if value is None or asked == value:
        return asked
    return f"{asked or 'default'} ({value:.4g})"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "default" if value is None else f"{value}"
