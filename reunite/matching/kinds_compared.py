"""Whether two reports are about the same kind of thing, by what their words name and their photos clearly show."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import log
from typing import Final

from reunite.matching.described_things import Thing
from reunite.matching.evidence import MAX_CANDIDATES
from reunite.matching.features import ReportFeatures
from reunite.text import words
from reunite.text.kinds import RARE_SHARE, Relation, kind_part, relation, share_of_lost

CLOSEST: Final[Sequence[Relation]] = ("same", "narrower", "broader", "near", "unknown", "other")
AGREE: Final = frozenset[Relation](("same", "narrower", "broader"))
_LOG_ODDS: Final[Mapping[Relation, float]] = {"same": 2.5, "narrower": 1.4, "broader": 1.4, "near": 0.7, "other": -3.5}
"""Stated: posts about one thing name the same kind some ten times as often as posts about two, and kinds that rule each
other out one thirtieth as often. Its weight is fitted."""
_TYPICAL_COUNT: Final = 50
"""Open reports at which what is common here weighs as much as what is common in general."""
_INCOMPLETE_FROM: Final = MAX_CANDIDATES / 2
"""Candidates of the kind from which there may be more: a search returns the nearest open reports, not all."""
_TOY: Final = frozenset[Relation](("same", "broader"))

Related = tuple[Relation, str]
"""How two nouns are related, and the one that holds for both things where they agree."""


def log_odds(first: ReportFeatures, second: ReportFeatures) -> float | None:
    """Return the log odds of the kinds that the reports name or show; None if a kind is unknown."""
    related = _kinds_related(first, second)
    return None if related == "other" and is_part_of_other(first, second) else _LOG_ODDS.get(related)


def agree(first: ReportFeatures, second: ReportFeatures) -> bool:
    """Whether two reports name or show things of one kind."""
    return _kinds_related(first, second) in AGREE


def name_different(first: ReportFeatures, second: ReportFeatures) -> bool:
    """Whether the things that the reports name rule each other out."""
    return named(first, second)[0] == "other" and not is_part_of_other(first, second)


def _kinds_related(first: ReportFeatures, second: ReportFeatures) -> Relation:
    """Return how the kinds that the reports name or show are related.

    If both have photos, these are compared themselves, and what each clearly shows isn't counted again.
    """
    related, _ = named(first, second)
    if related == "unknown" and _photo_counts(first, second):
        related, _ = shown(first, second)
    return related


def common_kind(query: ReportFeatures, of_kind: float, open_count: int) -> float:
    """Return the penalty, in log odds (at most 0), for a query whose thing is of a common kind.

    Among many bottles, one of the right colour is probably another one. `of_kind` is how many things of the kind are
    among the candidates; one of them may be the thing itself. How common a kind is here is blended with how common it
    is in general.
    """
    in_general = max(map(share_of_lost, query.nouns or query.item.shows), default=RARE_SHARE)
    share = (max(of_kind - 1, 0) + _TYPICAL_COUNT * in_general) / (open_count + _TYPICAL_COUNT)
    if of_kind >= _INCOMPLETE_FROM:
        share = max(share, in_general)
    return min(log(RARE_SHARE / share), 0.0)


def photos_show_one_kind(first: ReportFeatures, second: ReportFeatures) -> bool:
    return _related(first.item.shows, second.item.shows)[0] in AGREE


def _photo_counts(first: ReportFeatures, second: ReportFeatures) -> bool:
    """Whether what a photo shows counts: not if both have photos, nor for toys, which look like what they depict."""
    both_photos = first.item.colours and second.item.colours
    return not both_photos and not any(_is_toy(noun) for noun in (*first.nouns, *second.nouns))


def closest_things(lost: ReportFeatures, found: ReportFeatures) -> tuple[Thing, Thing]:
    """Return the pair of things that the two reports are most likely both about."""
    pairs = list(product(lost.things, found.things))
    return min(pairs, key=lambda pair: CLOSEST.index(_related(_noun(pair[0]), _noun(pair[1]))[0]))


def named(lost: ReportFeatures, found: ReportFeatures) -> Related:
    """Return how the things that both reports name are related."""
    return _related(lost.nouns, found.nouns)


def shown(lost: ReportFeatures, found: ReportFeatures) -> Related:
    """Return how what one report names or shows is related to what the other's photo shows."""
    pairs = ((lost.nouns, found.item.shows), (lost.item.shows, found.nouns), (lost.item.shows, found.item.shows))
    compared = [_related(*pair) for pair in pairs if all(pair)]
    return min(compared, key=lambda related: CLOSEST.index(related[0]), default=("unknown", ""))


def only_one_is_toy(lost: ReportFeatures, found: ReportFeatures) -> bool:
    """Whether one of two things is a toy: the photo of a stuffed dog shows a dog too."""
    toys = [any(map(_is_toy, named)) for named in (lost.nouns, found.nouns) if named]
    return len(set(toys)) > 1


def _is_toy(noun: str) -> bool:
    return relation("toy", noun) in _TOY


def is_part_of_other(lost: ReportFeatures, found: ReportFeatures) -> bool:
    """Whether one report is about what the other's thing has or contains."""
    return any(
        words.stem(noun.split()[-1]) in owner.part_nouns
        for part, owner in ((lost, found), (found, lost))
        for noun in part.nouns
    )


def _noun(thing: Thing) -> Sequence[str]:
    return (thing.noun,) if thing.noun else ()


def _related(firsts: Sequence[str], seconds: Sequence[str]) -> Related:
    """Return how the closest two of these nouns are related."""
    found = [(relation(first, second), first, second) for first, second in product(firsts, seconds)]
    related, first, second = min(found, key=lambda pair: CLOSEST.index(pair[0]), default=("unknown", "", ""))
    return related, _common(related, first, second)


def _common(related: Relation, first: str, second: str) -> str:
    """Return the name that holds for both of two things that agree."""
    if related == "narrower" or first.endswith(f" {second}"):
        return second
    return kind_part(first) if related == "broader" else first
