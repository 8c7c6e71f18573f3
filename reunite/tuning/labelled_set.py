"""Searches with known answers, and what each would find if fewer reports were open."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from uuid import NAMESPACE_OID, UUID, uuid5

from reunite.matching.detail_candidates import nearest_by_photo
from reunite.matching.evidence import MAX_CANDIDATES, Background, Candidate, PairKind, Search
from reunite.text.content import rare_candidates, significant_words
from reunite.text.rarity import rare_words

_rare_candidates, _significant_words = map(lru_cache(maxsize=16_384), (rare_candidates, significant_words))
"""Sets are narrowed many times, in a process that ends with the command."""


@dataclass(frozen=True, slots=True)
class LabelledSearch:
    """A search and the reports of the same thing; there are none if the thing was not found."""

    search: Search
    relevant: frozenset[UUID]
    thing: UUID
    """Identifies the thing across searches and posts; see `LabelledSet`."""

    @property
    def query(self) -> UUID:
        return self.search.query.report


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The searches of all lost and all found reports of a set, each with all reports of the other kind as candidates.

    Reports that are relevant to each other, directly or through others, are of one thing.
    """

    lost: tuple[LabelledSearch, ...]
    found: tuple[LabelledSearch, ...]

    def of(self, things: Collection[UUID]) -> "LabelledSet":
        """Return the set without the reports of any other things."""
        lost, found = ([search for search in side if search.thing in things] for side in (self.lost, self.found))
        lost_ids, found_ids = ({search.query for search in side} for side in (lost, found))
        return LabelledSet(
            tuple(narrow(search, found_ids, limit=None) for search in lost),
            tuple(narrow(search, lost_ids, limit=None) for search in found),
        )


def report_id(kind: str, name: str) -> UUID:
    """Return the id of a set's report: the same in each run."""
    return uuid5(NAMESPACE_OID, f"{kind}:{name}")


def label_searches(
    lost: Sequence[Search], found: Sequence[Search], relevant: Mapping[UUID, Collection[UUID]]
) -> LabelledSet:
    """Join searches with the known answers: found reports by lost report."""
    asked_by: dict[UUID, set[UUID]] = {}
    for query, posts in relevant.items():
        for post in posts:
            asked_by.setdefault(post, set()).add(query)
    links = {report: frozenset(others) for report, others in [*relevant.items(), *asked_by.items()]}
    things = _things({search.query.report for search in (*lost, *found)}, links)

    def label(search: Search) -> LabelledSearch:
        report = search.query.report
        return LabelledSearch(search, links.get(report, frozenset()), things[report])

    return LabelledSet(tuple(map(label, lost)), tuple(map(label, found)))


def _things(reports: Collection[UUID], links: Mapping[UUID, Collection[UUID]]) -> dict[UUID, UUID]:
    """Name the connected components of the links by their smallest report."""
    things: dict[UUID, UUID] = {}
    for report in sorted(reports):
        pending = [report] if report not in things else []
        while pending:
            linked = pending.pop()
            if linked not in things:
                things[linked] = report
                pending.extend(links.get(linked, ()))
    return things


def assign_folds(labelled: LabelledSet, count: int, seed: int = 0) -> dict[UUID, int]:
    """Distribute the things over folds, stratified by whether they were found."""
    rng, fold_of = random.Random(seed), {}  # noqa: S311 - no secret
    with_answer = {search.thing for search in labelled.lost if search.relevant}
    without_answer = {search.thing for search in (*labelled.lost, *labelled.found)} - with_answer
    for stratum in (with_answer, without_answer):
        for position, thing in enumerate(rng.sample(sorted(stratum), len(stratum))):
            fold_of[thing] = position % count
    return fold_of


def sample_gallery(labelled: LabelledSet, *, absent: float, size: int | None, seed: int) -> frozenset[UUID]:
    """Return the gallery without a random share of the things that are searched for.

    With a `size`, keep at most that many reports, first of all the relevant ones.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    things = sorted({tuple(sorted(search.relevant)) for search in labelled.lost if search.relevant})
    removed = {post for thing in rng.sample(things, round(len(things) * absent)) for post in thing}
    gallery = [search for search in labelled.found if search.query not in removed]
    if size:
        gallery = sorted(gallery, key=lambda search: (not search.relevant, rng.random()))[:size]
    return frozenset(search.query for search in gallery)


def narrow(labelled: LabelledSearch, present: Collection[UUID], limit: int | None = MAX_CANDIDATES) -> LabelledSearch:
    """Return the search as the store would give it if, of all its candidates, only the present ones were open.

    `limit` is the most candidates by each pair kind (None: all). Lookalikes are known only among the pairs that the
    whole search compared.
    """
    return replace(
        labelled, search=_narrow(labelled.search, present, limit), relevant=labelled.relevant.intersection(present)
    )


def _narrow(search: Search, present: Collection[UUID], limit: int | None) -> Search:
    remaining = [candidate for candidate in search.candidates if candidate.item.report in present]
    nearest: set[UUID] = set()
    background = {}
    for kind in PairKind:
        ranked = sorted((-c.similarities[kind], c.item.report) for c in remaining if kind in c.similarities)
        if ranked:
            nearest.update(report for _, report in ranked[:limit])
            background[kind] = _background([-negative for negative, _ in ranked])
    rare, boilerplate = _rare_words(search.query.text, remaining)
    looked_at = {candidate.item.report for candidate in nearest_by_photo(remaining)}
    return replace(
        search,
        candidates=tuple(
            candidate._replace(
                rare_words=tuple(sorted(rare.get(candidate.item.report, ()))),
                details=candidate.details if candidate.item.report in looked_at else None,
            )
            for candidate in remaining
            if candidate.item.report in nearest or candidate.item.report in rare
        ),
        background=background,
        open_count=len(remaining),
        boilerplate=boilerplate,
    )


def _background(similarities: Sequence[float]) -> Background:
    count = len(similarities)
    mean = sum(similarities) / count
    return Background(mean, sqrt(sum((value - mean) ** 2 for value in similarities) / count), count)


def _rare_words(text: str, candidates: Sequence[Candidate]) -> tuple[dict[UUID, set[str]], frozenset[str]]:
    """Return the rare words of each candidate, and the boilerplate; each report counts as another author's."""
    wanted = frozenset(_rare_candidates(text))
    holders: dict[str, dict[UUID, UUID]] = {}
    for candidate in candidates if wanted else ():
        for word in wanted.intersection(_significant_words(candidate.item.text)):
            holders.setdefault(word, {})[candidate.item.report] = candidate.item.report
    return rare_words(holders, {}, len(candidates))
