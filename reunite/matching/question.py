"""The one question about a list of possible matches: the one whose answer is expected to tell most of them apart."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label, Question, ReportKind
from reunite.language import shortened
from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item, Search
from reunite.matching.reading import Reading, read
from reunite.matching.scoring import ScoredCandidate

_T = TypeVar("_T")
Answers = NDArray[np.float64]
"""Candidates × answers: how probable each answer is if it is that candidate. The last one is "not sure"."""

MOST_OPTIONS: Final = 4
MOST_WORDS: Final = 40
"""Characters of a place on a button."""
LEAST_GAIN: Final = 0.25
"""Bits. A question that tells less is not worth the asking."""

_SAME_PLACE: Final = 0.6
"""Overlap from which two places are one."""
_NAMES_IT, _NAMES_ANOTHER = 0.6, 1 / 12
"""How many name the place where the thing was found, and another one of those offered (as `circumstances` has it)."""


def choose(search: Search, scored: Sequence[ScoredCandidate]) -> Question | None:
    """Return what to ask the author of a lost report, None where no question tells enough.

    Only what the report leaves open is asked, and only what the posts of the candidates show to everyone is offered.
    """
    items = {candidate.item.report: candidate.item for candidate in search.candidates}
    named = [scored for scored in scored if scored.label is Label.POSSIBLE]
    if search.query.kind is not ReportKind.LOST or len(named) < 2:  # noqa: PLR2004 - there is nothing to tell apart
        return None
    candidates = [items[scored.report] for scored in named]
    probabilities = np.array([scored.probability for scored in named])
    query = read(search.query)
    possible = [*_colour(query, candidates), *_place(query, candidates)]
    gains = [gain(probabilities, answers) for _, answers in possible]
    best = int(np.argmax(gains)) if gains else 0
    return possible[best][0] if gains and gains[best] >= LEAST_GAIN else None


def gain(probabilities: NDArray[np.float64], answers: Answers) -> float:
    """Return by how many bits an answer is expected to lessen the doubt about which candidate it is."""
    shares = probabilities / probabilities.sum()
    together = shares @ answers
    return max(0.0, float(_entropy(together) - shares @ np.array([_entropy(each) for each in answers])))


def _entropy(probabilities: NDArray[np.float64]) -> float:
    some = probabilities[probabilities > 0]
    return float(-(some * np.log2(some)).sum())


def _colour(query: Reading, candidates: Sequence[Item]) -> list[tuple[Question, Answers]]:
    if any(query.colours_said) or query.item.colours:
        return []
    seen = [np.mean(item.colours, axis=0).tolist() if item.colours else None for item in candidates]
    main = list(dict.fromkeys(colours.main(each) for each in seen if each))
    possible = []
    for options in _choices(main):
        answers = np.full((len(candidates), len(options) + 1), 1 / (len(options) + 1))  # where no photo shows it
        for row, each in zip(answers, seen, strict=True):
            if each:
                # People name what there is most of, so that shares count by their squares.
                shares = np.array([colours.share_of(name, each) for name in options]) ** 2
                row[:-1] = shares / max(shares.sum(), 1.0)
                row[-1] = 1 - row[:-1].sum()
        possible.append((Question("colour", options), answers))
    return possible


def _place(query: Reading, candidates: Sequence[Item]) -> list[tuple[Question, Answers]]:
    if query.place_words:
        return []
    places: list[str] = []
    where: list[int | None] = []
    for item in candidates:
        known = [number for number, place in enumerate(places) if _is_one(place, item.place)]
        if not known and circumstances.place_words(item.place):
            known = [len(places)]
            places.append(item.place)
        where.append(known[0] if known else None)
    possible = []
    for options in _choices(list(range(len(places)))):
        answers = np.full((len(candidates), len(options) + 1), _NAMES_ANOTHER)
        for row, number in zip(answers, where, strict=True):
            if number in options:
                row[options.index(number)] = _NAMES_IT
            row[-1] = 1 - row[:-1].sum()
        possible.append((Question("place", tuple(_short(places[number]) for number in options)), answers))
    return possible


def _choices(options: Sequence[_T]) -> Sequence[tuple[_T, ...]]:
    """Return the ways to offer as many options as there may be."""
    most = min(len(options), MOST_OPTIONS)
    return list(combinations(options, most)) if most > 1 else []


def _is_one(place: str, other: str) -> bool:
    overlap = circumstances.place_overlap(circumstances.place_words(place), circumstances.place_words(other))
    return overlap is not None and overlap >= _SAME_PLACE


def _short(place: str) -> str:
    return shortened(" ".join(place.split()), MOST_WORDS)
