"""A labelled set, posted once with the same intake, worker, store and search as the bot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from cli.errors import UsageError
from cli.progress import progress_bar
from cli.servers import Servers
from cli.trial import Trial, running_trial
from cli.tuning.photo_details import compare_details
from cli.tuning.posts_file import SetPost, publish, read_posts
from cli.vectors import VectorFile
from reunite.entities import ReportKind
from reunite.matching.evidence import Search
from reunite.tuning.labelled_set import LabelledSet, label_searches, report_id
from reunite.tuning.predictions import Prediction

_ALL_REPORTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SearchedSet:
    """A set's searches, their encoder, and the set's own ids of the reports."""

    labelled: LabelledSet
    encoder: str
    """Which kind of encoder it is."""
    version: str
    names: Mapping[UUID, str]
    kinds: Mapping[UUID, str]
    """What each lost report consists of: a photo, a text, both, or a text in another language."""

    def by_kind(self, draws: Sequence[Sequence[Prediction]]) -> dict[str, list[list[Prediction]]]:
        """Split draws by what their lost reports consist of."""

        def only(kind: str) -> list[list[Prediction]]:
            return [[prediction for prediction in draw if self.kinds[prediction.query] == kind] for draw in draws]

        return {kind: only(kind) for kind in sorted({self.kinds[one.query] for draw in draws for one in draw})}


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """The found posts that match a lost report, and the report's language."""

    matches: tuple[str, ...]
    language: str

    def kind(self, row: SetPost) -> str:
        """Describe what the report consists of."""
        if row.photos:
            return "photo and text" if row.text else "photo"
        return "text" if self.language == "en" else "text, other languages"


def read_answers(path: Path) -> dict[str, KnownAnswer]:
    """Read the answers to lost reports. Raises UsageError for a line without any."""
    answers = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            data = json.loads(line)
            if not isinstance(data.get("matches"), list):
                raise UsageError(f'{path}, line {number} has no "matches": a labelled set needs them.')
            answers[str(data["id"])] = KnownAnswer(tuple(map(str, data["matches"])), data.get("lang") or "en")
    return answers


async def searched_set(where: Servers, folder: Path, vectors: VectorFile | None = None) -> SearchedSet:
    """Post a labelled set to a scratch community, and search for each report with all others as candidates.

    The reports' ids derive from the set's, so a second run gives the same result. Raises UsageError.
    """
    gallery, queries = read_posts(folder / "gallery.jsonl"), read_posts(folder / "queries.jsonl")
    answers = read_answers(folder / "queries.jsonl")
    _check_matches(folder / "gallery.jsonl", gallery, answers)
    if vectors:
        vectors.check([*gallery, *queries])
    async with running_trial(where, vectors) as trial:
        model = await trial.store.embedding_models.live()
        found = await publish(trial, ReportKind.FOUND, gallery)
        lost = await publish(trial, ReportKind.LOST, queries)
        names = {
            **{report: ("found", row.id) for report, row in zip(found, gallery, strict=True)},
            **{report: ("lost", row.id) for report, row in zip(lost, queries, strict=True)},
        }
        if vectors is None:
            await compare_details(trial, [*lost, *found])
        searches = await _searches(trial, [*lost, *found], {old: report_id(*name) for old, name in names.items()})
    return SearchedSet(
        _labelled(searches, answers),
        model.encoder if model else "",
        model.version if model else trial.encoder,
        {report_id(*name): name[1] for name in names.values()},
        {report_id("lost", row.id): answers[row.id].kind(row) for row in queries},
    )


def _check_matches(path: Path, gallery: Sequence[SetPost], answers: Mapping[str, KnownAnswer]) -> None:
    matches = {match for answer in answers.values() for match in answer.matches}
    if unknown := sorted(matches - {row.id for row in gallery}):
        raise UsageError(f"{path} has no post {unknown[0]!r} that a query lists as a match.")


def _labelled(searches: Sequence[Search], answers: Mapping[str, KnownAnswer]) -> LabelledSet:
    return label_searches(
        [search for search in searches if search.query.kind is ReportKind.LOST],
        [search for search in searches if search.query.kind is ReportKind.FOUND],
        {
            report_id("lost", query): [report_id("found", match) for match in answer.matches]
            for query, answer in answers.items()
        },
    )


async def _searches(trial: Trial, reports: Sequence[UUID], ids: Mapping[UUID, UUID]) -> list[Search]:
    searches = []
    with progress_bar("searches", len(reports)) as progress:
        for done, posted in enumerate(reports, start=1):
            async with trial.session() as session:
                if report := await session.reports.get(posted):
                    searches.append(_with_ids(await session.candidates.search(report, _ALL_REPORTS), ids))
            progress(done)
    return searches


def _with_ids(search: Search, ids: Mapping[UUID, UUID]) -> Search:
    return replace(
        search,
        query=replace(search.query, report=ids[search.query.report]),
        candidates=tuple(
            candidate._replace(item=replace(candidate.item, report=ids[candidate.item.report]))
            for candidate in search.candidates
        ),
        lookalikes={frozenset(ids[report] for report in pair): cosine for pair, cosine in search.lookalikes.items()},
    )
