"""Prints an evaluation's figures as tables or JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table

from cli.tables import Terminal, print_table
from reunite.tuning.ablation import AblationResult
from reunite.tuning.evaluation import FALSE_LABEL, HIGH_RIGHT, LIST_HOLDS, Proportion

_CALIBRATION_ROWS: Final = {
    "error": "calibration error of the first",
    "ideal": "… 95th percentile of a calibrated forecaster",
    "within": "… share of draws within that",
    "log_loss": "log loss of the first",
    "base_log_loss": "… of the base rate",
}

_WEIGHTS: Final = {
    "out of fold": "All results are out of fold.",
    "shipped": "With the weights that come with Reunite; on sets that they were fitted to, results are optimistic.",
}


def show(figures: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    width = None if Terminal().is_terminal else 140
    print_table(_table("Everything there", figures["everything there"]), width=width)
    for name, own in figures["half taken out"].items():
        print_table(_table(f"Half of the things removed, {name}, {figures['seeds']} draws", own), width=width)
    for name, own in figures.get("Venn–ABERS", {}).items():
        print_table(_venn_abers_table(name, own), width=width)
    if "ablation" in figures:
        print_table(_ablation_table(figures["ablation"]), width=width)
    console = Terminal(width=width)
    console.print(f"In brackets: 95% intervals, bootstrapped over things. {_WEIGHTS[figures['weights']]}")
    console.print("≥ and ≤: exact binomial bounds (Clopper–Pearson) at 95%, each thing counted once.")


def _table(title: str, figures: Mapping[str, Any]) -> Table:
    table = Table("", *figures, title=title)
    names = list(next(iter(figures.values()))["shares"])
    for name in names:
        proportions = [Proportion(**own["shares"][name]) for own in figures.values()]
        if any(proportion.cases for proportion in proportions):
            table.add_row(name, *(_with_interval(proportion, name) for proportion in proportions))
    for name, title_of_row in _CALIBRATION_ROWS.items():
        table.add_row(title_of_row, *(f"{own['calibration of the first'][name]:.3f}" for own in figures.values()))
    return table


def _with_interval(proportion: Proportion, name: str) -> str:
    if proportion.share is None:
        return "–"
    shown = f"{proportion.share:.3f} [{proportion.low:.2f}–{proportion.high:.2f}] of {proportion.cases}"
    if name in {HIGH_RIGHT, LIST_HOLDS}:
        return f"{shown}, ≥ {proportion.at_least:.2f}"
    return f"{shown}, ≤ {proportion.at_most:.2f}" if name == FALSE_LABEL else shown


def _venn_abers_table(name: str, figures: Mapping[str, Any]) -> Table:
    table = Table("label", "firsts", "stated", "Venn–ABERS", "right", title=f"Probability of the first, {name}")
    for label, own in figures.items():
        interval = f"{own['low']:.3f}–{own['high']:.3f}"
        table.add_row(label, f"{own['cases']}", f"{own['stated']:.3f}", interval, f"{own['right']:.3f}")
    return table


def _ablation_table(figures: Mapping[str, Any]) -> Table:
    kinds = list(next(iter(figures.values())))
    table = Table("without", *kinds, title="Log loss (recall @1, @5) without each piece of evidence, refitted")
    for name, own in figures.items():
        results = [AblationResult(**own[kind]) for kind in kinds]
        table.add_row(
            name, *(f"{result.log_loss:.4f} ({result.recall_1:.3f}, {result.recall_5:.3f})" for result in results)
        )
    return table
