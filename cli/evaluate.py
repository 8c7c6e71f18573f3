"""`reunite evaluate`: how good the matching is on a labelled set, each thing judged by what knows nothing of it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.errors import UsageError
from cli.labelled_set import SearchedSet, searched_set
from cli.match_set import progress_bar
from cli.places import Places
from reunite import evaluation
from reunite.ablation import Worth, ablation
from reunite.evaluation import OutOfFoldJudges, Prediction, Share
from reunite.matching import calibration
from reunite.matching.defaults import STATED
from reunite.matching.labelled import folds as dealt
from reunite.matching.weights import EVIDENCE


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be measured, and where it goes."""

    folds: int
    seeds: int
    sizes: Sequence[int]
    out: Path | None
    plots: Path | None
    as_json: bool
    ablation: bool


def run(where: Places, folder: Path, wishes: Wishes) -> None:
    """Post the set, fit and judge it fold by fold, and print figures. Raises UsageError."""
    for path in filter(None, (wishes.out, wishes.plots)):
        if not path.parent.is_dir():
            msg = f"Can't write {path.name}: the folder {path.parent} doesn't exist."
            raise UsageError(msg)
    searched = asyncio.run(searched_set(where, folder))
    try:
        with progress_bar("folds", wishes.folds) as progress:
            judges = OutOfFoldJudges(searched.labelled, STATED, wishes.folds, progress)
    except calibration.TooLittleDataError as error:
        raise UsageError(str(error)) from error
    whole = judges.predict(absent=0.0, size=None, seed=0)
    draws = _draws(judges, wishes)
    figures: dict[str, Any] = {"encoder": searched.version, "folds": wishes.folds, "seeds": wishes.seeds}
    figures["everything there"] = _figures([whole], searched)
    figures["half taken out"] = {name: _figures(each, searched) for name, each in draws.items()}
    if wishes.ablation:
        figures["ablation"] = _ablation(searched, wishes)
    _print(figures, as_json=wishes.as_json)
    if wishes.out:
        _write(wishes.out, whole, searched)
    if wishes.plots:
        from cli import plots  # noqa: PLC0415 - an extra

        plots.draw(wishes.plots, {name: _by_kind(each, searched) for name, each in draws.items()})


def _draws(judges: OutOfFoldJudges, wishes: Wishes) -> dict[str, list[list[Prediction]]]:
    sizes: list[int | None] = [None, *wishes.sizes]
    draws: dict[str, list[list[Prediction]]] = {}
    with progress_bar("draws", len(sizes) * wishes.seeds) as progress:
        for size in sizes:
            own = draws.setdefault(f"at most {size} finds" if size else "all finds", [])
            for seed in range(1, wishes.seeds + 1):
                own.append(judges.predict(absent=evaluation.ABSENT, size=size, seed=seed))
                progress(sum(map(len, draws.values())))
    return draws


def _by_kind(draws: Sequence[Sequence[Prediction]], searched: SearchedSet) -> dict[str, list[list[Prediction]]]:
    kinds = sorted({searched.kinds[prediction.query] for draw in draws for prediction in draw})
    return {kind: [[each for each in draw if searched.kinds[each.query] == kind] for draw in draws] for kind in kinds}


def _figures(draws: Sequence[Sequence[Prediction]], searched: SearchedSet) -> dict[str, Any]:
    return {
        kind: {
            "shares": {name: asdict(share) for name, share in evaluation.shares(own).items()},
            "calibration of the first": asdict(evaluation.calibration(own)),
        }
        for kind, own in _by_kind(draws, searched).items()
    }


def _ablation(searched: SearchedSet, wishes: Wishes) -> dict[str, Any]:
    cases, prior = calibration.prepared(searched.labelled, STATED)
    with progress_bar("ablation", len(EVIDENCE) + 1) as progress:
        table = ablation(cases, prior, dealt(searched.labelled, wishes.folds), progress)
    return {name: {kind: asdict(worth) for kind, worth in own.items()} for name, own in table.items()}


# Words --------------------------------------------------------------------------------------------------------------


def _print(figures: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    console = Console(width=None if Console().is_terminal else 140)
    console.print(_table("Everything there", figures["everything there"]))
    for name, own in figures["half taken out"].items():
        console.print(_table(f"Half of the things taken out, {name}, {figures['seeds']} draws", own))
    if "ablation" in figures:
        console.print(_ablation_table(figures["ablation"]))
    console.print("In brackets: 95% intervals, bootstrapped over things. All results are out of fold.")


def _table(title: str, figures: Mapping[str, Any]) -> Table:
    table = Table("", *figures, title=title)
    names = list(next(iter(figures.values()))["shares"])
    for name in names:
        shares = [Share(**own["shares"][name]) for own in figures.values()]
        if any(share.cases for share in shares):
            table.add_row(name, *map(_share, shares))
    for name in ("error", "ideal", "within", "log_loss", "base_log_loss"):
        words = {
            "error": "calibration error of the first",
            "ideal": "… a calibrated forecaster's, 95% below",
            "within": "… share of draws within that",
            "log_loss": "log loss of the first",
            "base_log_loss": "… of the base rate",
        }
        table.add_row(words[name], *(f"{own['calibration of the first'][name]:.3f}" for own in figures.values()))
    return table


def _share(share: Share) -> str:
    if share.share is None:
        return "–"
    return f"{share.share:.3f} [{share.low:.2f}–{share.high:.2f}] of {share.cases}"


def _ablation_table(figures: Mapping[str, Any]) -> Table:
    kinds = list(next(iter(figures.values())))
    table = Table("without", *kinds, title="Log loss (recall @1, @5) without each piece of evidence, refitted")
    for name, own in figures.items():
        worths = [Worth(**own[kind]) for kind in kinds]
        table.add_row(name, *(f"{each.log_loss:.4f} ({each.recall_1:.3f}, {each.recall_5:.3f})" for each in worths))
    return table


def _write(out: Path, predictions: Sequence[Prediction], searched: SearchedSet) -> None:
    lines = (
        {
            "id": searched.names[each.query],
            "results": [
                {"id": searched.names[post], "probability": probability, "label": label}
                for post, probability, label in zip(each.posts, each.probabilities, each.labels, strict=True)
            ],
        }
        for each in predictions
    )
    out.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
