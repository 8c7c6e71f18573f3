"""Searches as they would be if found reports said less."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.tuning.labelled_set import LabelledSearch, narrow
from reunite.tuning.missing import Missing, draw_missing, leave_out

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RED = ((1.0, 0.0),)
EVERY_KIND = dict.fromkeys(PairKind, 0.5)
LOSS, PHOTO_POST, WORDS_ONLY = (UUID(int=number) for number in (1, 2, 3))
LOST = Item(LOSS, ReportKind.LOST, "badge XK-7731", "gym", NOON, time_is_stated=True, colours=RED)
FOUND = Item(PHOTO_POST, ReportKind.FOUND, "badge XK-7731", "gym", NOON, time_is_stated=True, colours=RED)
TOLD = Item(WORDS_ONLY, ReportKind.FOUND, "badge XK-7731", "gym", NOON, time_is_stated=True)
ALL = frozenset({LOSS, PHOTO_POST, WORDS_ONLY})
NOTHING_SAID = Missing(captions=ALL, places=ALL, times=ALL)


def search(query: Item, *others: Item) -> LabelledSearch:
    candidates = tuple(Candidate(other, EVERY_KIND, ("xk-7731",)) for other in others)
    return LabelledSearch(Search(query, candidates, open_count=len(others)), frozenset(), query.report)


def test_a_found_photo_without_its_caption_is_compared_by_its_photo_alone() -> None:
    [left] = leave_out([search(LOST, FOUND)], NOTHING_SAID)
    [candidate] = narrow(left, {PHOTO_POST}).search.candidates
    assert (candidate.item.text, candidate.item.place, candidate.item.time_is_stated) == ("", "", False)
    assert set(candidate.similarities) == {PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO}
    assert candidate.rare_words == ()


def test_the_search_of_a_bare_photo_asks_by_its_photo_alone() -> None:
    [left] = leave_out([search(FOUND, LOST)], NOTHING_SAID)
    [candidate] = narrow(left, {LOSS}).search.candidates
    assert (left.search.query.text, candidate.item.text) == ("", LOST.text)
    assert set(candidate.similarities) == {PairKind.PHOTO_PHOTO, PairKind.PHOTO_TEXT}


def test_lost_reports_keep_their_words_and_so_do_finds_without_a_photo() -> None:
    [left] = leave_out([search(LOST, TOLD)], NOTHING_SAID)
    [candidate] = left.search.candidates
    assert left.search.query == replace(LOST, place="", time_is_stated=False)
    assert (candidate.item.text, dict(candidate.similarities)) == (TOLD.text, EVERY_KIND)


def test_reports_without_their_photos_are_compared_by_their_words_alone() -> None:
    [left] = leave_out([search(replace(LOST, shows=("badge",)), FOUND, TOLD)], Missing(photos=ALL))
    assert (left.search.query.colours, left.search.query.shows) == ((), ())
    for candidate in left.search.candidates:
        assert candidate.item.colours == ()
        assert set(candidate.similarities) == {PairKind.TEXT_PHOTO, PairKind.TEXT_TEXT} - (
            {PairKind.TEXT_PHOTO} if candidate.item.report == PHOTO_POST else set()
        )


def test_a_report_never_loses_both_photo_and_words() -> None:
    [left] = leave_out([search(LOST, FOUND)], Missing(captions=ALL, photos=ALL))
    [candidate] = left.search.candidates
    assert (candidate.item.text, candidate.item.colours) == (FOUND.text, ())


def test_nothing_missing_changes_nothing() -> None:
    whole = search(LOST, FOUND, TOLD)
    assert leave_out([whole], Missing()) == [whole]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_about_a_share_of_the_reports_says_less(share: float) -> None:
    found = [UUID(int=number) for number in range(400)]
    missing = draw_missing(found, share, random.Random(1))  # noqa: S311 - no secret
    for left_out in (missing.captions, missing.places, missing.times):
        assert len(left_out) == pytest.approx(400 * share, abs=40)
    assert len(missing.photos) == pytest.approx(100 * share, abs=30)
    assert share in {0.0, 1.0} or missing.captions != missing.places
