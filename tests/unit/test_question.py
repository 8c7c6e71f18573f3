from dataclasses import replace
from datetime import UTC, datetime
from math import log2
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reunite.entities import Label, Question, ReportKind
from reunite.matching import colours, defaults
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.features import extract
from reunite.matching.measurement import content_evidence
from reunite.matching.question import MAX_OPTIONS, MAX_PLACE_LENGTH, choose, information_gain
from reunite.matching.scoring import ScoredCandidate
from reunite.matching.weights import COLOUR, PLACE
from tests.support.scoring import score

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
names = st.sampled_from(colours.NAMES)
places = st.sampled_from(["", "library", "library 2nd floor", "tram", "canteen", "sports hall", "Bibliothek"])


def seen(name: str) -> tuple[float, ...]:
    return tuple(float(colour == name) for colour in colours.NAMES)


def item(number: int, kind: ReportKind = ReportKind.FOUND, text: str = "umbrella", **fields: Any) -> Item:
    return replace(Item(UUID(int=number), kind, text, "", NOON, time_is_stated=False), **fields)


LOST = item(0, ReportKind.LOST)


def listed(*found_items: tuple[Item, float], query: Item = LOST) -> tuple[Search, list[ScoredCandidate]]:
    """A search and its result: found reports with their probabilities, all of them possible matches."""
    search = Search(query, tuple(Candidate(found, {}) for found, _ in found_items), {}, len(found_items))
    return search, [ScoredCandidate(found.report, share, Label.POSSIBLE, (), {}) for found, share in found_items]


@st.composite
def lists(draw: st.DrawFn, least: int = 0) -> tuple[Search, list[ScoredCandidate]]:
    shares = draw(st.lists(st.floats(0.05, 1), min_size=least, max_size=5))
    found_items = [
        (
            item(number, place=draw(places), colours=tuple(map(seen, draw(st.lists(names, max_size=2))))),
            share / sum(shares),
        )
        for number, share in enumerate(sorted(shares, reverse=True), start=1)
    ]
    return listed(*found_items, query=item(0, ReportKind.LOST, draw(st.sampled_from(["umbrella", "a red umbrella"]))))


@pytest.mark.untraced
@given(lists())
def test_only_what_the_report_leaves_open_is_asked_and_only_what_the_posts_show_is_offered(
    case: tuple[Search, list[ScoredCandidate]],
) -> None:
    search, scored = case
    question = choose(search, scored)
    assume(question)
    assert question
    items = [candidate.item for candidate in search.candidates]
    assert len(items) >= 2
    assert 2 <= len(question.options) <= MAX_OPTIONS
    assert len(set(question.options)) == len(question.options)
    if question.aspect == "colour":
        assert "red" not in search.query.text
        mixed = {colours.dominant(tuple(np.mean(item.colours, axis=0))) for item in items if item.colours}
        assert set(question.options) <= mixed
    else:
        assert set(question.options) <= {item.place for item in items}


@given(lists(least=2))
def test_nothing_is_asked_without_two_possible_matches_or_of_a_finder(
    case: tuple[Search, list[ScoredCandidate]],
) -> None:
    search, scored = case
    first, *others = scored
    assert choose(search, [first, *(replace(other, label=None) for other in others)]) is None
    assert choose(search, [replace(first, label=Label.HIGH), *(replace(other, label=None) for other in others)]) is None
    assert choose(replace(search, query=replace(search.query, kind=ReportKind.FOUND)), scored) is None


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=5), st.data())
def test_an_answer_never_adds_doubt_and_noise_never_makes_it_tell_more(
    shares: list[float], data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=len(shares), max_size=len(shares))
    )
    answers = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    known = information_gain(np.array(shares), answers)
    noise = data.draw(st.floats(0, 1))
    blurred = information_gain(np.array(shares), (1 - noise) * answers + noise / 3)
    assert 0 <= blurred <= known + 1e-9
    assert known <= log2(len(shares)) + 1e-9


def test_the_question_is_the_one_that_tells_most() -> None:
    red, green = (item(n, colours=(seen(name),), place="tram") for n, name in ((1, "red"), (2, "green")))
    assert choose(*listed((red, 0.5), (green, 0.3))) == Question("colour", ("red", "green"))
    tram, hall = (item(n, colours=(seen("red"),), place=place) for n, place in ((1, "tram"), (2, "sports hall")))
    assert choose(*listed((tram, 0.5), (hall, 0.3))) == Question("place", ("tram", "sports hall"))


@pytest.mark.parametrize(
    ("query", "found_items"),
    [
        (LOST, [item(1, colours=(seen("red"),)), item(2, colours=(seen("red"),))]),
        (LOST, [item(1), item(2)]),
        (item(0, ReportKind.LOST, "red umbrella"), [item(1, colours=(seen("red"),)), item(2, colours=(seen("blue"),))]),
        (
            item(0, ReportKind.LOST, colours=(seen("red"),)),
            [item(1, colours=(seen("red"),)), item(2, colours=(seen("blue"),))],
        ),
        (item(0, ReportKind.LOST, place="library"), [item(1, place="tram"), item(2, place="library")]),
        (LOST, [item(1, place="library"), item(2, place="the library")]),
    ],
    ids=["one colour", "nothing shown", "colour said", "colour shown", "place said", "one place"],
)
def test_what_would_tell_nothing_or_is_known_is_not_asked(query: Item, found_items: list[Item]) -> None:
    assert choose(*listed(*((found, 0.4) for found in found_items), query=query)) is None


def test_a_list_that_is_nearly_sure_asks_nothing() -> None:
    red, green = (item(n, colours=(seen(name),)) for n, name in ((1, "red"), (2, "green")))
    search, scored = listed((red, 0.97), (green, 0.01))
    assert choose(search, scored) is None


def test_of_five_colours_the_four_are_offered_that_tell_most_and_long_places_are_cut() -> None:
    chances = {"red": 0.3, "green": 0.2, "blue": 0.2, "yellow": 0.2, "black": 0.01}
    found_items = [(item(n, colours=(seen(name),)), share) for n, (name, share) in enumerate(chances.items(), start=1)]
    assert choose(*listed(*found_items)) == Question("colour", ("red", "green", "blue", "yellow"))
    far = "behind the third bench on the left of the path along the old canal"
    question = choose(*listed((item(1, place=far), 0.4), (item(2, place="canteen"), 0.4)))
    assert question
    assert max(map(len, question.options)) <= MAX_PLACE_LENGTH


@given(st.lists(names, min_size=2, max_size=5, unique=True), st.data())
def test_an_answer_never_makes_the_candidate_of_that_colour_less_probable(
    shown: list[str], data: st.DataObject
) -> None:
    model = defaults.for_encoder("concept")
    found_items = tuple(
        Candidate(item(n, colours=(seen(name),)), {PairKind.TEXT_PHOTO: data.draw(st.floats(0, 0.5))})
        for n, name in enumerate(shown, start=1)
    )
    background = {PairKind.TEXT_PHOTO: Background(0.1, 0.1, 100)}
    search = Search(LOST, found_items, background, 100)
    text = data.draw(st.sampled_from(shown))
    right = next(found.item.report for found, name in zip(found_items, shown, strict=True) if name == text)
    before, after = (
        {candidate.report: candidate.probability for candidate in score(replace(search, query=query), model)}
        for query in (LOST, replace(LOST, answered_colour=text))
    )
    assert after[right] >= before[right] - 1e-9


def test_another_colour_is_any_but_those_offered() -> None:
    offered = ("red", "blue")
    red, yellow = (colours.log_ratio_of_others(offered, seen(name)) for name in ("red", "yellow"))
    assert red < -2 < 0 < yellow < 1


def test_another_place_speaks_against_those_offered_alone() -> None:
    lost = extract(item(0, ReportKind.LOST, ruled_out_places=("library", "tram")))
    there, elsewhere, unknown = (extract(item(1, place=place)) for place in ("the library", "canteen", ""))
    assert content_evidence(lost, there)[PLACE] < 0
    assert PLACE not in content_evidence(lost, elsewhere) | content_evidence(lost, unknown)


def test_another_colour_is_evidence_where_a_photo_shows_colours() -> None:
    lost = extract(item(0, ReportKind.LOST, ruled_out_colours=("red", "blue")))
    red, yellow, unseen = (extract(item(1, colours=shown)) for shown in ((seen("red"),), (seen("yellow"),), ()))
    assert content_evidence(lost, red)[COLOUR] < 0 < content_evidence(lost, yellow)[COLOUR]
    assert COLOUR not in content_evidence(lost, unseen)


def test_the_places_that_captions_name_are_offered_too() -> None:
    found_items = (
        (item(1, text="umbrella, left in the library"), 0.5),
        (item(2, text="an umbrella", place="canteen"), 0.5),
    )
    assert choose(*listed(*found_items)) == Question("place", ("library", "canteen"))
