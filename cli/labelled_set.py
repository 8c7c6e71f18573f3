"""A labelled set, posted once through the same intake, worker, store and search as the bot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from cli.errors import UsageError
from cli.match_set import Row, post_rows, progress_bar, read_rows
from cli.servers import Servers
from cli.trial import Trial, trial
from reunite.entities import ReportKind
from reunite.matching.evidence import Search
from reunite.tuning.labelled_set import LabelledSet, labelled_set

_EVERY_REPORT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SearchedSet:
    """A set's searches, the version of the model that they were made with, and the set's own ids of the reports."""

    labelled: LabelledSet
    version: str
    names: Mapping[UUID, str]
    kinds: Mapping[UUID, str]
    """What each lost report is made of: a photo, a text, both, or a text in another language."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Which found posts a lost report is of, and its language."""

    matches: tuple[str, ...]
    language: str

    def kind(self, row: Row) -> str:
        """Name what the report is made of."""
        if row.photos:
            return "photo and text" if row.text else "photo"
        return "text" if self.language == "en" else "text, other languages"


def read_answers(path: Path) -> dict[str, Answer]:
    """Read the answers to lost reports. Raises UsageError where a line doesn't say."""
    answers = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            data = json.loads(line)
            if not isinstance(data.get("matches"), list):
                msg = f'{path}, line {number} has no "matches": a labelled set names the right answers.'
                raise UsageError(msg)
            answers[str(data["id"])] = Answer(tuple(map(str, data["matches"])), data.get("lang") or "en")
    return answers


async def searched_set(where: Servers, folder: Path) -> SearchedSet:
    """Post a labelled set into a scratch community, and search for each of its reports with all others as candidates.

    Reports get ids made from the set's, so that a second run gives the same. Raises UsageError.
    """
    gallery, queries = read_rows(folder / "gallery.jsonl"), read_rows(folder / "queries.jsonl")
    answers = read_answers(folder / "queries.jsonl")
    ids = {row.id for row in gallery}
    if unknown := sorted({match for answer in answers.values() for match in answer.matches} - ids):
        msg = f"{folder / 'gallery.jsonl'} has no post {unknown[0]!r}, which is named as an answer."
        raise UsageError(msg)
    async with trial(where) as trial_run:
        model = await trial_run.store.models.live()
        found = await post_rows(trial_run, ReportKind.FOUND, gallery)
        lost = await post_rows(trial_run, ReportKind.LOST, queries)
        names = {
            **{report: ("found", row.id) for report, row in zip(found, gallery, strict=True)},
            **{report: ("lost", row.id) for report, row in zip(lost, queries, strict=True)},
        }
        searches = await _searches(trial_run, [*lost, *found], {old: _id(*name) for old, name in names.items()})
    lost_searches = [each for each in searches if each.query.kind is ReportKind.LOST]
    found_searches = [each for each in searches if each.query.kind is ReportKind.FOUND]
    known = {_id("lost", query): [_id("found", match) for match in answer.matches] for query, answer in answers.items()}
    return SearchedSet(
        labelled_set(lost_searches, found_searches, known),
        model.version if model else trial_run.encoder,
        {_id(*name): name[1] for name in names.values()},
        {_id("lost", row.id): answers[row.id].kind(row) for row in queries},
    )


def _id(kind: str, name: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"{kind}:{name}")


async def _searches(trial_run: Trial, reports: Sequence[UUID], ids: Mapping[UUID, UUID]) -> list[Search]:
    searches = []
    with progress_bar("searches", len(reports)) as progress:
        for position, each in enumerate(reports, start=1):
            async with trial_run.session() as session:
                if report := await session.reports.get(each):
                    searches.append(_renamed(await session.candidates.search(report, _EVERY_REPORT), ids))
            progress(position)
    return searches


def _renamed(search: Search, ids: Mapping[UUID, UUID]) -> Search:
    return replace(
        search,
        query=replace(search.query, report=ids[search.query.report]),
        candidates=tuple(
            replace(each, item=replace(each.item, report=ids[each.item.report])) for each in search.candidates
        ),
        alike={frozenset(ids[report] for report in pair): cosine for pair, cosine in search.alike.items()},
    )
