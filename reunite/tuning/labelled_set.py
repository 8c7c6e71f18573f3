"""Searches whose right answers are known, and what each would be if fewer reports were open."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from uuid import UUID

from reunite.matching.evidence import MOST_CANDIDATES, Background, Candidate, PairKind, Search
from reunite.text import words


@dataclass(frozen=True, slots=True)
class LabelledSearch:
    """A search and the reports that are of the very thing (none: it is not there)."""

    search: Search
    answers: frozenset[UUID]
    thing: UUID
    """Searches and posts of one thing share it; see `LabelledSet`."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The searches of all lost and all found reports of a set, each with every report of the other kind as candidate.

    Reports that are answers to each other, by however many steps, are of one thing.
    """

    lost: tuple[LabelledSearch, ...]
    found: tuple[LabelledSearch, ...]

    def of(self, things: Collection[UUID]) -> "LabelledSet":
        """Return the set as it would be without any report of other things."""
        lost, found = ([each for each in side if each.thing in things] for side in (self.lost, self.found))
        lost_ids, found_ids = ({each.search.query.report for each in side} for side in (lost, found))
        return LabelledSet(
            tuple(narrowed(each, found_ids, most=None) for each in lost),
            tuple(narrowed(each, lost_ids, most=None) for each in found),
        )


def labelled_set(
    lost: Sequence[Search], found: Sequence[Search], answers: Mapping[UUID, Collection[UUID]]
) -> LabelledSet:
    """Join searches with the known answers, found reports by the lost report that asks for them."""
    asked: dict[UUID, set[UUID]] = {}
    for query, posts in answers.items():
        for post in posts:
            asked.setdefault(post, set()).add(query)
    links = {report: frozenset(others) for report, others in [*answers.items(), *asked.items()]}
    things = _things({search.query.report for search in (*lost, *found)}, links)

    def label(search: Search) -> LabelledSearch:
        report = search.query.report
        return LabelledSearch(search, links.get(report, frozenset()), things[report])

    return LabelledSet(tuple(map(label, lost)), tuple(map(label, found)))


def _things(reports: Collection[UUID], links: Mapping[UUID, Collection[UUID]]) -> dict[UUID, UUID]:
    things: dict[UUID, UUID] = {}
    for report in sorted(reports):
        reached = [report] if report not in things else []
        while reached:
            one = reached.pop()
            if one not in things:
                things[one] = report
                reached.extend(links.get(one, ()))
    return things


def folds(labelled: LabelledSet, count: int, seed: int = 0) -> dict[UUID, int]:
    """Deal the things out to so many folds, those with an answer and those without each evenly."""
    rng, dealt = random.Random(seed), {}  # noqa: S311 - no secret
    with_answer = {each.thing for each in labelled.lost if each.answers}
    for some in (with_answer, {each.thing for each in (*labelled.lost, *labelled.found)} - with_answer):
        for position, thing in enumerate(rng.sample(sorted(some), len(some))):
            dealt[thing] = position % count
    return dealt


def taken_out(labelled: LabelledSet, *, absent: float, size: int | None, seed: int) -> frozenset[UUID]:
    """Return the found reports that stay when a share of the things that are asked for is taken out at random.

    `size` keeps so many at most, those that are asked for first.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    things = sorted({tuple(sorted(each.answers)) for each in labelled.lost if each.answers})
    gone = {post for thing in rng.sample(things, round(len(things) * absent)) for post in thing}
    there = [each for each in labelled.found if each.search.query.report not in gone]
    if size:
        there = sorted(there, key=lambda each: (not each.answers, rng.random()))[:size]
    return frozenset(each.search.query.report for each in there)


def narrowed(labelled: LabelledSearch, there: Collection[UUID], most: int | None = MOST_CANDIDATES) -> LabelledSearch:
    """Return the search as the store would give it if, of all its candidates, only these were open.

    `most` of each kind of pair stay candidates (None: all). Which of them are alike is known as far as the whole search
    compared them.
    """
    return replace(
        labelled, search=_narrowed(labelled.search, there, most), answers=labelled.answers.intersection(there)
    )


def _narrowed(search: Search, there: Collection[UUID], most: int | None) -> Search:
    remaining = [candidate for candidate in search.candidates if candidate.item.report in there]
    near: set[UUID] = set()
    background = {}
    for kind in PairKind:
        ranked = sorted((-each.similarities[kind], each.item.report) for each in remaining if kind in each.similarities)
        if ranked:
            near.update(report for _, report in ranked[:most])
            background[kind] = _background([-negative for negative, _ in ranked])
    rare = dict(_rare(search.query.text, remaining))
    return replace(
        search,
        candidates=tuple(
            replace(each, rare_words=rare.get(each.item.report, ()))
            for each in remaining
            if each.item.report in near or each.item.report in rare
        ),
        background=background,
        open_count=len(remaining),
    )


def _background(similarities: Sequence[float]) -> Background:
    count = len(similarities)
    mean = sum(similarities) / count
    return Background(mean, sqrt(sum((each - mean) ** 2 for each in similarities) / count), count)


def _rare(text: str, candidates: Sequence[Candidate]) -> Iterator[tuple[UUID, tuple[str, ...]]]:
    wanted = set(words.rare_candidates(text))
    shared = {each.item.report: wanted & _tokens(each.item.text) for each in candidates} if wanted else {}
    holders: dict[str, int] = {}
    for found in shared.values():
        for word in found:
            holders[word] = holders.get(word, 0) + 1
    for report, found in shared.items():
        if rare := sorted(word for word in found if words.is_rare(holders[word], len(candidates))):
            yield report, tuple(rare)


@lru_cache(maxsize=8192)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(words.tokens(text))
