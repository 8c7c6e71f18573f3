"""Which pairs of photos are compared in detail, and what that counts for."""

from dataclasses import replace
from datetime import UTC, datetime
from math import log1p
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.colours import NAMES
from reunite.matching.defaults import PRIOR, for_encoder
from reunite.matching.detail_candidates import MAX_COMPARED, candidates_to_compare
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.measurement import similarity_evidence
from reunite.matching.scoring import score
from reunite.matching.weights import DETAILS_OF_PHOTOS
from reunite.tuning.labelled_set import LabelledSearch, narrow
from reunite.tuning.missing import Missing, leave_out

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RED = tuple(float(name == "red") for name in NAMES)
PHOTO_PHOTO = PairKind.PHOTO_PHOTO
BACKGROUND = {PHOTO_PHOTO: Background(0.3, 0.1, 200)}
LOST = Item(UUID(int=1), ReportKind.LOST, "", "", NOON, time_is_stated=False, colours=(RED,))


def found(number: int, cosine: float, *, details: float | None = None, text: str = "") -> Candidate:
    report = UUID(int=number)
    item = Item(report, ReportKind.FOUND, text, "", NOON, time_is_stated=False, colours=(RED,))
    return Candidate(item, {PHOTO_PHOTO: cosine}, photo=UUID(int=number + 1000), details=details)


def search(*candidates: Candidate) -> Search:
    return Search(LOST, candidates, BACKGROUND, 200)


def test_only_the_few_photos_that_stand_out_are_compared() -> None:
    model = for_encoder("concept")
    alike = [found(number, 0.6 + number / 1000) for number in range(10, 20)]
    unlike, words_only = found(30, 0.31), Candidate(found(31, 0).item, {PairKind.TEXT_PHOTO: 0.9})
    chosen = candidates_to_compare(search(*alike, unlike, words_only), model)
    assert [candidate.item.report.int for candidate in chosen] == [19, 18, 17, 16, 15, 14]
    assert len(chosen) == MAX_COMPARED
    assert candidates_to_compare(search(unlike, words_only), model) == []


def test_matching_details_count_on_a_log_scale_and_unknown_ones_not_at_all() -> None:
    assert similarity_evidence(BACKGROUND, found(2, 0.6, details=12.0), PRIOR)[DETAILS_OF_PHOTOS] == log1p(12)
    assert similarity_evidence(BACKGROUND, found(2, 0.6, details=0.0), PRIOR)[DETAILS_OF_PHOTOS] == 0
    assert DETAILS_OF_PHOTOS not in similarity_evidence(BACKGROUND, found(2, 0.6), PRIOR)


@pytest.mark.parametrize("encoder", ["concept", "clip", "any other"])
def test_of_two_lookalikes_the_one_with_the_same_details_is_the_thing(encoder: str) -> None:
    model = for_encoder(encoder)
    unknown = score(search(found(2, 0.8), found(3, 0.8)), model)
    seen = score(search(found(2, 0.8, details=30.0), found(3, 0.8, details=1.0)), model)
    assert unknown[0].probability == pytest.approx(unknown[1].probability)
    assert seen[0].report == UUID(int=2)
    assert seen[0].probability > unknown[0].probability
    assert seen[1].probability < unknown[1].probability


@pytest.mark.parametrize("encoder", ["concept", "clip", "any other"])
def test_details_alone_never_give_a_label(encoder: str) -> None:
    """Two photos taken on one table share its surface."""
    [scored] = score(search(found(2, 0.3, details=200.0)), for_encoder(encoder))
    assert scored.label is None


def test_an_evaluation_counts_the_details_that_a_worker_would_have_compared() -> None:
    candidates = [found(number, number / 100, details=5.0) for number in range(10, 20)]
    labelled = LabelledSearch(search(*candidates), frozenset(), LOST.report)
    compared = {
        c.item.report.int
        for c in narrow(labelled, {c.item.report for c in candidates}).search.candidates
        if c.details is not None
    }
    assert compared == {14, 15, 16, 17, 18, 19}
    few = {UUID(int=number) for number in (10, 11, 12)}
    assert all(candidate.details == 5.0 for candidate in narrow(labelled, few).search.candidates)


def test_a_report_that_lacks_its_photo_lacks_its_details() -> None:
    query = replace(LOST, text="red mug")
    with_words = found(2, 0.8, details=9.0, text="a mug")
    whole = LabelledSearch(Search(query, (with_words,), BACKGROUND, 1), frozenset(), query.report)
    [kept] = leave_out([whole], Missing(captions=frozenset({UUID(int=2)})))
    [without] = leave_out([whole], Missing(photos=frozenset({UUID(int=2)})))
    assert [candidate.details for candidate in kept.search.candidates] == [9.0]
    assert [candidate.details for candidate in without.search.candidates] == [None]
