"""Curves of a calibration or an evaluation, as PNG files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from reunite.evaluation import Prediction, precision_recall, reliability

mpl.use("Agg")

Draws = Sequence[Sequence[Prediction]]


def draw(folder: Path, worlds: Mapping[str, Mapping[str, Draws]]) -> None:
    """Write a reliability diagram and the precision–recall curves of each world and kind of search."""
    folder.mkdir(exist_ok=True)
    _figure(worlds, "reliability", "probability said", "share right", _reliability).savefig(folder / "reliability.png")
    _figure(worlds, "precision and recall of the first", "recall", "precision", _precision_recall).savefig(
        folder / "precision-recall.png"
    )


def _figure(
    worlds: Mapping[str, Mapping[str, Draws]],
    title: str,
    across: str,
    up: str,
    points: Callable[[Draws], tuple[list[float], list[float]]],
) -> Figure:
    figure = Figure(figsize=(5.2 * len(worlds), 5.0), dpi=110, layout="constrained")
    for axes, (world, kinds) in zip(figure.subplots(1, len(worlds), squeeze=False)[0], worlds.items(), strict=True):
        if across != "recall":
            axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")
        for kind, draws in kinds.items():
            axes.plot(*points(draws), marker="o" if across != "recall" else None, markersize=4, label=kind)
        axes.set(title=f"{title}, {world}", xlabel=across, ylabel=up, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="best")
        axes.grid(alpha=0.3)
    return figure


def _reliability(draws: Draws) -> tuple[list[float], list[float]]:
    bins = reliability(draws)
    return [said for said, _, _ in bins], [right for _, right, _ in bins]


def _precision_recall(draws: Draws) -> tuple[list[float], list[float]]:
    curve = precision_recall(draws)
    return [recall for _, _, recall in curve], [precision for _, precision, _ in curve]
