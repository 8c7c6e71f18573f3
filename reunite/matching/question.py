"""The one question about a list of possible matches: the one with the highest expected information gain."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label, Question, ReportKind
from reunite.language import shortened
from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item, Search
from reunite.matching.features import ReportFeatures, extract
from reunite.matching.scoring import ScoredCandidate

_T = TypeVar("_T")
AnswerProbabilities = NDArray[np.float64]
"""Candidates × answers: the probability of each answer given that candidate. The last is "another" or "not sure"."""

MAX_OPTIONS: Final = 4
MAX_PLACE_LENGTH: Final = 40
"""Characters of a place on a button."""
MIN_GAIN: Final = 0.25
"""Bits. A question with a lower gain isn't worth asking."""

_NAMES_IT, _NAMES_ANOTHER = 0.6, 1 / 12
"""How many name the place where the thing was found, and how many another one of the options (see `circumstances`)."""


def choose(search: Search, scored: Sequence[ScoredCandidate]) -> Question | None:
    """Return what to ask the author of a lost report, None if no question is worth asking.

    Asks only what the report leaves open, and offers only what everyone can see in the candidates' posts.
    """
    items = {candidate.item.report: candidate.item for candidate in search.candidates}
    possible = [candidate for candidate in scored if candidate.label is Label.POSSIBLE]
    if search.query.kind is not ReportKind.LOST or len(possible) < 2:  # noqa: PLR2004 - nothing to choose between
        return None
    candidates = [items[candidate.report] for candidate in possible]
    probabilities = np.array([candidate.probability for candidate in possible])
    query = extract(search.query)
    questions = [*_about_colour(query, candidates), *_about_place(query, candidates)]
    gains = [information_gain(probabilities, answers) for _, answers in questions]
    best = int(np.argmax(gains)) if gains else 0
    return questions[best][0] if gains and gains[best] >= MIN_GAIN else None


def information_gain(probabilities: NDArray[np.float64], answers: AnswerProbabilities) -> float:
    """Return by how many bits the answer is expected to reduce the entropy over the candidates."""
    prior = probabilities / probabilities.sum()
    marginal = prior @ answers
    return max(0.0, float(_entropy(marginal) - prior @ np.array([_entropy(row) for row in answers])))


def _entropy(probabilities: NDArray[np.float64]) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log2(positive)).sum())


def _about_colour(query: ReportFeatures, candidates: Sequence[Item]) -> list[tuple[Question, AnswerProbabilities]]:
    if any(query.stated_colours) or query.item.seen_colours:
        return []
    seen = [np.mean(item.seen_colours, axis=0).tolist() if item.seen_colours else None for item in candidates]
    dominant = list(dict.fromkeys(colours.dominant(shares) for shares in seen if shares))
    questions = []
    for options in _choices(dominant):
        # Without a photo, every answer is equally likely.
        answers = np.full((len(candidates), len(options) + 1), 1 / (len(options) + 1))
        for row, shares in zip(answers, seen, strict=True):
            if shares:
                # People name the largest colour, so shares count squared.
                squares = np.array([colours.share_of(name, shares) for name in options]) ** 2
                row[:-1] = squares / max(squares.sum(), 1.0)
                row[-1] = 1 - row[:-1].sum()
        questions.append((Question("colour", options), answers))
    return questions


def _about_place(query: ReportFeatures, candidates: Sequence[Item]) -> list[tuple[Question, AnswerProbabilities]]:
    if query.place_words:
        return []
    places, place_of = _distinct_places(candidates)
    questions = []
    for options in _choices(list(range(len(places)))):
        answers = np.full((len(candidates), len(options) + 1), _NAMES_ANOTHER)
        for row, number in zip(answers, place_of, strict=True):
            if number in options:
                row[options.index(number)] = _NAMES_IT
            row[-1] = 1 - row[:-1].sum()
        questions.append((Question("place", tuple(_shortened(places[number]) for number in options)), answers))
    return questions


def _distinct_places(candidates: Sequence[Item]) -> tuple[list[str], list[int | None]]:
    """Return the distinct places, and the position of each candidate's place among them, None if it is unknown.

    A candidate's place is what its field says, or else its words.
    """
    places: list[str] = []
    place_of: list[int | None] = []
    for found in map(extract, candidates):
        same = [number for number, place in enumerate(places) if circumstances.is_same_place(place, found.place)]
        if not same and found.place_words:
            same = [len(places)]
            places.append(found.place)
        place_of.append(same[0] if same else None)
    return places, place_of


def _choices(options: Sequence[_T]) -> Sequence[tuple[_T, ...]]:
    """Return the ways to offer as many options as allowed."""
    count = min(len(options), MAX_OPTIONS)
    return list(combinations(options, count)) if count > 1 else []


def _shortened(place: str) -> str:
    return shortened(" ".join(place.split()), MAX_PLACE_LENGTH)
