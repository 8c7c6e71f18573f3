"""`reunite calibrate`: fits what evidence is worth to a labelled set or to moderators' verdicts, and stores it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.errors import UsageError
from cli.labelled_set import SearchedSet, searched_set
from cli.match_set import progress_bar
from cli.servers import Servers
from db import calibrations
from db.migrate import pending
from db.store import Store
from reunite.matching.defaults import STATED, for_encoder
from reunite.tuning import evaluation, platt
from reunite.tuning.calibration import NEVER, Fitted, TooLittleDataError, calibrate
from reunite.tuning.evaluation import OutOfFoldScorers

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
    """Fit, store and say what came of it. Raises UsageError, also where there is too little to learn from."""
    if (folder is None) != from_verdicts:
        raise UsageError("Say either a labelled set or --from-verdicts.")
    if community and not from_verdicts:
        raise UsageError("--community goes with --from-verdicts: a labelled set calibrates all communities.")
    if plots and not folder:
        raise UsageError("--plots goes with a labelled set: verdicts are only of what was shown.")
    if missing := asyncio.run(pending(where.owner_database_url)):
        raise UsageError(f"The database lacks {', '.join(missing)}: run `reunite migrate` first.")
    try:
        summary = asyncio.run(_from_set(where, folder, plots) if folder else _from_verdicts(where, community))
    except TooLittleDataError as error:
        raise UsageError(str(error)) from error
    print(json.dumps(summary, ensure_ascii=False) if as_json else _words(summary))


async def _from_set(where: Servers, folder: Path, plots: Path | None) -> dict[str, Any]:
    searched = await searched_set(where, folder)
    fitted = calibrate(searched.labelled, STATED)
    await calibrations.save_for_all(
        where.owner_database_url, searched.version, fitted.model, summary := _summary("set", searched.version, fitted)
    )
    if plots:
        _plot(searched, plots)
    return summary


def _plot(searched: SearchedSet, folder: Path) -> None:
    """Draw how each thing is scored by a model that was fitted without it."""
    from cli import plots  # noqa: PLC0415 - an extra

    with progress_bar("folds", _FOLDS) as progress:
        scores = OutOfFoldScorers(searched.labelled, STATED, _FOLDS, progress)
    draws = [scores.predict(absent=evaluation.ABSENT, size=None, seed=seed) for seed in range(_DRAWS)]
    kinds = {
        kind: [[each for each in draw if searched.kinds[each.query] == kind] for draw in draws]
        for kind in sorted(set(searched.kinds.values()))
    }
    plots.draw(folder, {"half of the things taken out": kinds})


async def _from_verdicts(where: Servers, only: UUID | None) -> dict[str, Any]:
    """Fit each community to its own moderators' verdicts. Raises TooLittleDataError where none has enough."""
    async with Store(where.database_url) as store:
        live = await store.models.live()
        if live is None:
            raise UsageError("No worker has run here yet: there is nothing to learn from.")
        communities = [each for each in await store.communities() if only in {None, each}]
        if not communities:
            raise UsageError(f"There is no community {only}." if only else "There is no community yet.")
        fitted, refused = {}, {}
        for community in communities:
            pairs = await calibrations.decided_pairs(store, community, live.version)
            model = await calibrations.newest(store, community, live.version) or for_encoder(live.version)
            try:
                own = platt.from_verdicts(pairs, model)
            except TooLittleDataError as error:
                refused[str(community)] = str(error)
            else:
                fitted[str(community)] = summary = _summary("verdicts", live.version, own)
                await calibrations.save(store, community, live.version, own.model, summary)
    if not fitted:
        raise TooLittleDataError("\n".join(f"Community {name}: {reason}" for name, reason in refused.items()))
    return {"communities": fitted, "too little": refused}


def _summary(source: str, version: str, fitted: Fitted) -> dict[str, Any]:
    numbers = {name: value for name, value in asdict(fitted).items() if name != "model"}
    limits = {"words": asdict(fitted.model.of_words), "photos": asdict(fitted.model.of_photos)}
    return {"source": source, "encoder": version, **numbers, "limits": limits}


# Words --------------------------------------------------------------------------------------------------------------


def _words(summary: Mapping[str, Any]) -> str:
    if "communities" in summary:
        fitted = (f"Community {name}: {_learnt(own)}" for name, own in summary["communities"].items())
        refused = (f"Community {name}: {reason}" for name, reason in summary["too little"].items())
        return "\n".join([*fitted, *refused])
    return f"{_learnt(summary)} All communities without weights of their own are scored by this from now on."


def _learnt(own: Mapping[str, Any]) -> str:
    of_what = (
        f"{own['searches']} lost reports about {own['things']} things"
        if own["source"] == "set"
        else f"{own['searches']} verdicts, {own['things']} of them ✅"
    )
    limits = own["limits"]
    return (
        f"Learnt from {of_what}, for the encoder {own['encoder']}."
        f" Mean surprise (log loss) {own['log_loss']:.3f}, before {own['log_loss_before']:.3f}."
        f" Where words are compared, “High confidence” {_from(limits['words']['high'])} and “Possible match”"
        f" {_from(limits['words']['possible'])}; where two photos are, {_from(limits['photos']['high'])} and"
        f" {_from(limits['photos']['possible'])}."
    )


def _from(limit: float) -> str:
    return "is never said: no limit kept the promise" if limit >= NEVER else f"is said from {limit:.1%} on"
