"""`reunite evaluate`: how good the matching is on a labelled set, out of fold or with the shipped weights."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from cli.context import run_async
from cli.errors import UsageError
from cli.progress import progress_bar
from cli.servers import Servers
from cli.tuning import figures
from cli.tuning.searched_set import SearchedSet, searched_set
from cli.vectors import VectorFile
from reunite.matching.defaults import for_encoder, prior_of
from reunite.matching.weights import EVIDENCE
from reunite.messages.wording import label_word
from reunite.tuning import evaluation
from reunite.tuning.ablation import ablation
from reunite.tuning.calibration import training_cases
from reunite.tuning.labelled_set import assign_folds
from reunite.tuning.predictions import Prediction, Scorers, out_of_fold


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and where the results go."""

    folds: int
    seeds: int
    sizes: Sequence[int]
    out: Path | None
    plots: Path | None
    as_json: bool
    ablation: bool
    independent: bool
    shipped: bool = False
    vectors: VectorFile | None = None


def run(where: Servers, folder: Path, options: Options) -> None:
    """Post the set, score it, and print figures. Raises UsageError and TooLittleDataError."""
    if options.shipped and options.ablation:
        raise UsageError("--ablation fits weights anew, so it can't go with --shipped. Leave one of them out.")
    for path in filter(None, (options.out, options.plots)):
        if not path.parent.is_dir():
            raise UsageError(f"Can't write {path.name}: the folder {path.parent} doesn't exist.")
    searched = run_async(searched_set(where, folder, options.vectors))
    scorers = _scorers(searched, options)
    complete = scorers.predict(absent=0.0, size=None, seed=0)
    draws = _draws(scorers, options)
    weights = {"weights": "shipped"} if options.shipped else {"weights": "out of fold", "folds": options.folds}
    result: dict[str, Any] = {"encoder": searched.version, **weights, "seeds": options.seeds}
    result["everything there"] = _figures([complete], searched)
    result["half taken out"] = {name: _figures(drawn, searched) for name, drawn in draws.items()}
    if options.independent:
        from cli.tuning.venn_abers_check import check

        result["Venn–ABERS"] = {name: check(drawn) for name, drawn in draws.items()}
    if options.ablation:
        result["ablation"] = _ablation(searched, options)
    figures.show(result, as_json=options.as_json)
    if options.out:
        _write(options.out, complete, searched)
    if options.plots:
        from cli.tuning import plots

        plots.draw(options.plots, {name: searched.by_kind(drawn) for name, drawn in draws.items()})


def _scorers(searched: SearchedSet, options: Options) -> Scorers:
    if options.shipped:
        shipped = for_encoder(searched.encoder)
        return Scorers(searched.labelled, lambda _: shipped)
    with progress_bar("folds", options.folds) as progress:
        return out_of_fold(searched.labelled, prior_of(searched.encoder), options.folds, progress)


def _draws(scorers: Scorers, options: Options) -> dict[str, list[list[Prediction]]]:
    sizes: list[int | None] = [None, *options.sizes]
    draws: dict[str, list[list[Prediction]]] = {}
    with progress_bar("draws", 2 * len(sizes) * options.seeds) as progress:
        for size, captions in product(sizes, (True, False)):
            name = f"at most {size} found reports" if size else "all found reports"
            drawn = draws.setdefault(name if captions else f"{name} without captions", [])
            for seed in range(1, options.seeds + 1):
                drawn.append(scorers.predict(absent=evaluation.ABSENT, size=size, seed=seed, captions=captions))
                progress(sum(map(len, draws.values())))
    return draws


def _figures(draws: Sequence[Sequence[Prediction]], searched: SearchedSet) -> dict[str, Any]:
    return {
        kind: {
            "shares": {name: asdict(share) for name, share in evaluation.proportions(own).items()},
            "calibration of the first": asdict(evaluation.calibration_figures(own)),
        }
        for kind, own in searched.by_kind(draws).items()
    }


def _ablation(searched: SearchedSet, options: Options) -> dict[str, Any]:
    cases, prior = training_cases(searched.labelled, prior_of(searched.encoder))
    with progress_bar("ablation", len(EVIDENCE) + 1) as progress:
        table = ablation(cases, prior, assign_folds(searched.labelled, options.folds), progress)
    return {name: {kind: asdict(result) for kind, result in row.items()} for name, row in table.items()}


def _write(out: Path, predictions: Sequence[Prediction], searched: SearchedSet) -> None:
    lines: list[Mapping[str, Any]] = [
        {
            "id": searched.names[prediction.query],
            "results": [
                {"id": searched.names[post], "probability": probability, "label": label_word(label) if label else None}
                for post, probability, label in zip(
                    prediction.posts, prediction.probabilities, prediction.labels, strict=True
                )
            ],
        }
        for prediction in predictions
    ]
    out.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
