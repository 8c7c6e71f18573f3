"""Curves of a calibration or an evaluation, as PNG files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from reunite.tuning import evaluation
from reunite.tuning.evaluation import precision_recall, reliability
from reunite.tuning.predictions import Prediction

mpl.use("Agg")

Draws = Sequence[Sequence[Prediction]]
_MAX_MARKERS: Final = 20
"""Curves with more points are drawn without markers."""


def draw(folder: Path, settings: Mapping[str, Mapping[str, Draws]]) -> None:
    """Write a reliability diagram and precision–recall curves, with a panel for each setting."""
    folder.mkdir(exist_ok=True)
    axes = ("predicted probability", "share right")
    diagram = _figure(settings, "reliability", axes, _reliability, ((0, 1), (0, 1)))
    diagram.savefig(folder / "reliability.png")
    promise = ((0, 1), (evaluation.HIGH_PROMISE, evaluation.HIGH_PROMISE))
    title = "precision and recall of the first"
    curves = _figure(settings, title, ("recall", "precision"), _precision_recall, promise)
    curves.savefig(folder / "precision-recall.png")


def _figure(
    settings: Mapping[str, Mapping[str, Draws]],
    title: str,
    axis_labels: tuple[str, str],
    points: Callable[[Draws], tuple[list[float], list[float]]],
    promised: tuple[tuple[float, float], tuple[float, float]],
) -> Figure:
    figure = Figure(figsize=(5.2 * len(settings), 5.3), dpi=110, layout="constrained")
    figure.suptitle(title)
    x_label, y_label = axis_labels
    panels = figure.subplots(1, len(settings), squeeze=False)[0]
    for axes, (name, kinds) in zip(panels, settings.items(), strict=True):
        axes.plot(*promised, color="0.5", linewidth=1, linestyle="--", label="promised")
        for kind, draws in kinds.items():
            x, y = points(draws)
            axes.plot(x, y, marker="o" if len(x) <= _MAX_MARKERS else None, markersize=4, label=kind)
        axes.set(title=name, xlabel=x_label, ylabel=y_label, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="best")
        axes.grid(alpha=0.3)
    return figure


def _reliability(draws: Draws) -> tuple[list[float], list[float]]:
    bins = reliability(draws)
    return [predicted for predicted, _, _ in bins], [right for _, right, _ in bins]


def _precision_recall(draws: Draws) -> tuple[list[float], list[float]]:
    curve = precision_recall(draws)
    return [recall for _, _, recall in curve], [precision for _, precision, _ in curve]
