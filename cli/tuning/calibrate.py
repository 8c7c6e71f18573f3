"""`reunite calibrate`: fits a scoring model to a labelled set or to moderators' verdicts, and stores it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.communities import find_community
from cli.context import run_async
from cli.errors import UsageError
from cli.progress import progress_bar
from cli.servers import Servers
from cli.settings import Settings
from cli.tuning.open_set import from_open_set
from cli.tuning.searched_set import SearchedSet, searched_set
from db import scoring_models
from db.embedding_models import EmbeddingModel
from db.learning import FEEDBACK, learn, undo
from db.migrate import pending
from db.store import Store
from reunite.matching.defaults import prior_of
from reunite.matching.weights import FEW
from reunite.tuning import evaluation
from reunite.tuning.calibration import TooLittleDataError, calibrate
from reunite.tuning.label_limits import NEVER
from reunite.tuning.predictions import out_of_fold

_FOLDS, _DRAWS = 5, 4


@dataclass(frozen=True, slots=True)
class Options:
    """What to learn from, and for whom."""

    folder: Path | None
    community: str | None
    plots: Path | None
    from_verdicts: bool
    open_set: bool
    undo: bool

    def check(self) -> None:
        """Raise UsageError if the options contradict each other."""
        if [self.folder is not None, self.from_verdicts, self.open_set, self.undo].count(True) != 1:
            raise UsageError("Give either a labelled set, --open-set, --from-verdicts or --undo.")
        if self.community and not (self.from_verdicts or self.undo):
            raise UsageError("--community needs --from-verdicts or --undo: a set calibrates all communities.")
        if self.plots and not self.folder:
            raise UsageError("--plots needs a labelled set of your own.")


def run(settings: Settings, where: Servers, options: Options, *, as_json: bool) -> None:
    """Fit, store and print a summary. Raises UsageError and TooLittleDataError."""
    options.check()
    if missing := run_async(pending(where.owner_database_url)):
        raise UsageError(f"The database is missing {', '.join(missing)}: run `reunite migrate` first.")
    summary = run_async(_fitted(settings, where, options))
    print(json.dumps(summary) if as_json else _text(summary))


async def _fitted(settings: Settings, where: Servers, options: Options) -> dict[str, Any]:
    if options.folder:
        return await _from_set(where, options.folder, options.plots)
    if options.open_set:
        return await from_open_set(settings, where)
    if options.undo:
        return await _undo(where, options.community)
    return await _from_verdicts(where, options.community)


async def _from_set(where: Servers, folder: Path, plots: Path | None) -> dict[str, Any]:
    searched = await searched_set(where, folder)
    fitted = calibrate(searched.labelled, prior_of(searched.encoder))
    summary = fitted.summary("set", searched.version)
    await scoring_models.save_for_all(where.owner_database_url, searched.version, fitted.scoring_model, summary)
    if plots:
        _plot(searched, plots)
    return summary


def _plot(searched: SearchedSet, folder: Path) -> None:
    """Plot the curves of out-of-fold predictions."""
    from cli.tuning import plots

    with progress_bar("folds", _FOLDS) as progress:
        scorers = out_of_fold(searched.labelled, prior_of(searched.encoder), _FOLDS, progress)
    draws = [scorers.predict(absent=evaluation.ABSENT, size=None, seed=seed) for seed in range(_DRAWS)]
    plots.draw(folder, {"half of the things removed": searched.by_kind(draws)})


async def _from_verdicts(where: Servers, only: str | None) -> dict[str, Any]:
    """Fit each community to its own feedback. Raises TooLittleDataError if none has enough."""
    async with Store(where.database_url) as store:
        live, communities = await _communities(store, only)
        fitted, refused = {}, {}
        for community in communities:
            try:
                fitted[str(community)] = (await learn(store, community, live)).summary(FEEDBACK, live.version)
            except TooLittleDataError as error:
                refused[str(community)] = str(error)
    if not fitted:
        raise TooLittleDataError("\n".join(f"Community {name}: {reason}" for name, reason in refused.items()))
    return {"communities": fitted, "too little": refused}


async def _undo(where: Servers, only: str | None) -> dict[str, Any]:
    """Let communities use the deployment's weights again."""
    async with Store(where.database_url) as store:
        live, communities = await _communities(store, only)
        return {"undone": [str(community) for community in communities if await undo(store, community, live.version)]}


async def _communities(store: Store, only: str | None) -> tuple[EmbeddingModel, list[UUID]]:
    """Return the live model, and all communities or only this one. Raises UsageError."""
    live = await store.embedding_models.live()
    if live is None:
        raise UsageError("No worker has run here yet, so there's nothing to learn from.")
    communities = [(await find_community(store, only)).id] if only else list(await store.communities())
    if not communities:
        raise UsageError("There's no community yet.")
    return live, communities


# Text -----------------------------------------------------------------------------------------------------------------


def _text(summary: Mapping[str, Any]) -> str:
    if "undone" in summary:
        return f"Communities that use the deployment's weights again: {len(summary['undone'])}."
    if "communities" in summary:
        fitted = (f"Community {name}: {_learned(own)}" for name, own in summary["communities"].items())
        refused = (f"Community {name}: {reason}" for name, reason in summary["too little"].items())
        return "\n".join([*fitted, *refused])
    return f"{_learned(summary)} All communities without their own scoring model use this one from now on."


def _learned(summary: Mapping[str, Any]) -> str:
    data = (
        f"{summary['searches']} lost reports about {summary['things']} things"
        if summary["source"] != FEEDBACK
        else f"{summary['searches']} answers about matches, {summary['things']} of which were right"
    )
    limits = summary["limits"]
    return (
        f"Learned from {data}, for the encoder {summary['encoder']}."
        f" Log loss {summary['log_loss']:.3f}, before {summary['log_loss_before']:.3f}."
        f" Comparing text, “High confidence” {_from(limits['words']['high'])} and “Possible match”"
        f" {_from(limits['words']['possible'])}; text in other languages than English,"
        f" {_from(limits['other languages']['high'])} and {_from(limits['other languages']['possible'])}; two photos,"
        f" {_from(limits['photos']['high'])} and {_from(limits['photos']['possible'])}."
        f" Among at most {FEW} open reports, “Possible match” {_of_few(limits['words'])}, in other languages"
        f" {_of_few(limits['other languages'])}, and for photos {_of_few(limits['photos'])}."
    )


def _of_few(limits: Mapping[str, float | None]) -> str:
    return _from(limits.get("possible_of_few") or limits["possible"] or 0.0)


def _from(limit: float) -> str:
    return "is never shown (no limit kept its promise)" if limit >= NEVER else f"starts at {limit:.1%}"
