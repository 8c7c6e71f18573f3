"""`reunite calibrate`: fits a scoring model to a labelled set or to moderators' verdicts, and stores it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.errors import UsageError
from cli.progress import progress_bar
from cli.servers import Servers
from cli.tuning.searched_set import SearchedSet, searched_set
from db import calibrations
from db.migrate import pending
from db.store import EmbeddingModel, Store
from reunite.matching.defaults import PRIOR, for_encoder
from reunite.tuning import evaluation, platt
from reunite.tuning.calibration import FitResult, TooLittleDataError, calibrate
from reunite.tuning.label_limits import NEVER
from reunite.tuning.predictions import OutOfFoldScorers

_FOLDS, _DRAWS = 5, 4


def run(  # noqa: PLR0913 - the options of the command
    where: Servers,
    folder: Path | None,
    community: UUID | None,
    plots: Path | None,
    *,
    from_verdicts: bool,
    as_json: bool,
) -> None:
    """Fit, store and print a summary. Raises UsageError, also if there is too little to learn from."""
    _check(folder, community, plots, from_verdicts=from_verdicts)
    if missing := asyncio.run(pending(where.owner_database_url)):
        raise UsageError(f"The database is missing {', '.join(missing)}: run `reunite migrate` first.")
    try:
        summary = asyncio.run(_from_set(where, folder, plots) if folder else _from_verdicts(where, community))
    except TooLittleDataError as error:
        raise UsageError(str(error)) from error
    print(json.dumps(summary, ensure_ascii=False) if as_json else _text(summary))


def _check(folder: Path | None, community: UUID | None, plots: Path | None, *, from_verdicts: bool) -> None:
    if (folder is None) != from_verdicts:
        raise UsageError("Give either a labelled set or --from-verdicts.")
    if community and not from_verdicts:
        raise UsageError("--community needs --from-verdicts: a labelled set calibrates all communities.")
    if plots and not folder:
        raise UsageError("--plots needs a labelled set: verdicts only cover what was shown.")


async def _from_set(where: Servers, folder: Path, plots: Path | None) -> dict[str, Any]:
    searched = await searched_set(where, folder)
    fitted = calibrate(searched.labelled, PRIOR)
    summary = _summary("set", searched.version, fitted)
    await calibrations.save_for_all(where.owner_database_url, searched.version, fitted.scoring_model, summary)
    if plots:
        _plot(searched, plots)
    return summary


def _plot(searched: SearchedSet, folder: Path) -> None:
    """Plot the curves of out-of-fold predictions."""
    from cli.tuning import plots  # noqa: PLC0415 - an extra

    with progress_bar("folds", _FOLDS) as progress:
        scorers = OutOfFoldScorers(searched.labelled, PRIOR, _FOLDS, progress)
    draws = [scorers.predict(absent=evaluation.ABSENT, size=None, seed=seed) for seed in range(_DRAWS)]
    by_kind = {
        kind: [[prediction for prediction in draw if searched.kinds[prediction.query] == kind] for draw in draws]
        for kind in sorted(set(searched.kinds.values()))
    }
    plots.draw(folder, {"half of the things taken out": by_kind})


async def _from_verdicts(where: Servers, only: UUID | None) -> dict[str, Any]:
    """Fit each community to its own moderators' verdicts. Raises TooLittleDataError if none has enough."""
    async with Store(where.database_url) as store:
        live = await store.live_model()
        if live is None:
            raise UsageError("No worker has run here yet, so there's nothing to learn from.")
        communities = [community for community in await store.communities() if only in {None, community}]
        if not communities:
            raise UsageError(f"There's no community {only}." if only else "There's no community yet.")
        fitted, refused = {}, {}
        for community in communities:
            try:
                fitted[str(community)] = await _fit_community(store, community, live)
            except TooLittleDataError as error:
                refused[str(community)] = str(error)
    if not fitted:
        raise TooLittleDataError("\n".join(f"Community {name}: {reason}" for name, reason in refused.items()))
    return {"communities": fitted, "too little": refused}


async def _fit_community(store: Store, community: UUID, live: EmbeddingModel) -> dict[str, Any]:
    """Fit and store one community's scoring model. Raises TooLittleDataError."""
    pairs = await calibrations.decided_pairs(store, community, live.version)
    before = await calibrations.newest(store, community, live.version) or for_encoder(live.encoder)
    fitted = platt.from_verdicts(pairs, before)
    summary = _summary("verdicts", live.version, fitted)
    await calibrations.save(store, community, live.version, fitted.scoring_model, summary)
    return summary


def _summary(source: str, version: str, fitted: FitResult) -> dict[str, Any]:
    numbers = {name: value for name, value in asdict(fitted).items() if name != "scoring_model"}
    model = fitted.scoring_model
    limits = {"words": asdict(model.text_limits), "photos": asdict(model.photo_limits)}
    return {"source": source, "encoder": version, **numbers, "limits": limits}


# Text -----------------------------------------------------------------------------------------------------------------


def _text(summary: Mapping[str, Any]) -> str:
    if "communities" in summary:
        fitted = (f"Community {name}: {_learned(own)}" for name, own in summary["communities"].items())
        refused = (f"Community {name}: {reason}" for name, reason in summary["too little"].items())
        return "\n".join([*fitted, *refused])
    return f"{_learned(summary)} All communities without their own scoring model use this one from now on."


def _learned(summary: Mapping[str, Any]) -> str:
    data = (
        f"{summary['searches']} lost reports about {summary['things']} things"
        if summary["source"] == "set"
        else f"{summary['searches']} verdicts, {summary['things']} of them ✅"
    )
    limits = summary["limits"]
    return (
        f"Learned from {data}, for the encoder {summary['encoder']}."
        f" Log loss {summary['log_loss']:.3f}, before {summary['log_loss_before']:.3f}."
        f" Comparing text, “High confidence” {_from(limits['words']['high'])} and “Possible match”"
        f" {_from(limits['words']['possible'])}; comparing two photos, {_from(limits['photos']['high'])} and"
        f" {_from(limits['photos']['possible'])}."
    )


def _from(limit: float) -> str:
    return "is never shown (no limit kept its promise)" if limit >= NEVER else f"starts at {limit:.1%}"
