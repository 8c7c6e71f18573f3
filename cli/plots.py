"""Curves of a calibration or an evaluation, as PNG files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from reunite.tuning import evaluation
from reunite.tuning.evaluation import Prediction, precision_recall, reliability

mpl.use("Agg")

Draws = Sequence[Sequence[Prediction]]
_FEW = 20
"""Points that are marked one by one."""


def draw(folder: Path, worlds: Mapping[str, Mapping[str, Draws]]) -> None:
    """Write a reliability diagram and the precision–recall curves of each world and kind of search."""
    folder.mkdir(exist_ok=True)
    right = _figure(worlds, "reliability", ("probability said", "share right"), _reliability, ((0, 1), (0, 1)))
    right.savefig(folder / "reliability.png")
    promise = ((0, 1), (evaluation.HIGH_PROMISE, evaluation.HIGH_PROMISE))
    first = _figure(worlds, "precision and recall of the first", ("recall", "precision"), _precision_recall, promise)
    first.savefig(folder / "precision-recall.png")


def _figure(
    worlds: Mapping[str, Mapping[str, Draws]],
    title: str,
    across_and_up: tuple[str, str],
    points: Callable[[Draws], tuple[list[float], list[float]]],
    promised: tuple[tuple[float, float], tuple[float, float]],
) -> Figure:
    figure = Figure(figsize=(5.2 * len(worlds), 5.0), dpi=110, layout="constrained")
    across, up = across_and_up
    for axes, (world, kinds) in zip(figure.subplots(1, len(worlds), squeeze=False)[0], worlds.items(), strict=True):
        axes.plot(*promised, color="0.5", linewidth=1, linestyle="--", label="promised")
        for kind, draws in kinds.items():
            x, y = points(draws)
            axes.plot(x, y, marker="o" if len(x) <= _FEW else None, markersize=4, label=kind)
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
