"""The fit finds known weights, keeps the prior where nothing was measured, and mixes no thing over folds."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reunite.matching.defaults import PRIOR, for_encoder
from reunite.matching.evidence import PairKind
from reunite.matching.scoring import softmax, total_log_odds
from reunite.matching.weights import (
    COLOUR,
    EVIDENCE,
    NAMED_BRANDS,
    NAMED_COLOURS,
    PLACE,
    SHARED_WORDS,
    Limits,
    ScoringModel,
    Term,
)
from reunite.tuning import likelihood
from reunite.tuning.calibration import TooLittleDataError, calibrate
from reunite.tuning.cases import Cases, measure_cases
from reunite.tuning.evaluation import FALSE_LABEL, HIGH_RIGHT, LIST_HOLDS, RIGHT_LABELLED, proportions
from reunite.tuning.fit import map_estimate
from reunite.tuning.label_limits import NEVER, with_limits
from reunite.tuning.labelled_set import LabelledSet, assign_folds, narrow, sample_gallery
from reunite.tuning.out_of_fold import OutOfFoldScores, score_out_of_fold
from reunite.tuning.predictions import Scorers, out_of_fold
from tests.support.labelled_sets import drawn_set

CLIP = PRIOR


@pytest.fixture(scope="module")
def drawn() -> LabelledSet:
    return drawn_set(50, 30)


@pytest.fixture(scope="module")
def scorers(drawn: LabelledSet) -> Scorers:
    return out_of_fold(drawn, CLIP, 2)


def cases(model: ScoringModel, searches: int = 1500, candidates: int = 12, seed: int = 0) -> Cases:
    """Searches whose answers are drawn as the model says."""
    rng = np.random.default_rng(seed)
    evidence = np.full((searches * candidates, len(EVIDENCE)), np.nan)
    for name, spread in ((PairKind.TEXT_PHOTO, 1.5), (COLOUR, 0.8)):
        evidence[:, EVIDENCE.index(name)] = rng.normal(1.0, spread, len(evidence))
    counts = np.full(searches, candidates)
    whole = Cases(
        evidence=evidence,
        right=np.zeros(len(evidence), bool),
        first=np.cumsum(counts) - counts,
        open_counts=counts,
        weights=np.ones(searches),
        things=tuple(UUID(int=number) for number in range(searches)),
        translated=np.zeros(searches, bool),
    )
    shared = likelihood.posterior(whole, model).candidates.reshape(searches, candidates)
    drawn_at = [rng.choice(candidates + 1, p=np.append(row, 1 - row.sum()).clip(0)) for row in shared]
    right = np.zeros((searches, candidates + 1), bool)
    right[np.arange(searches), drawn_at] = True
    return replace(whole, right=right[:, :-1].ravel())


def test_known_weights_are_found_again() -> None:
    truth = replace(
        CLIP,
        terms={**CLIP.terms, PairKind.TEXT_PHOTO: Term(2.0, 1.0, bend=5.0), COLOUR: Term(0.6, 0.2)},
        none_log_odds=-0.5,
    )
    prior = replace(
        truth,
        terms={**CLIP.terms, PairKind.TEXT_PHOTO: Term(1.2, 1.5, bend=5.0), COLOUR: Term(1.0, 0.2)},
        none_log_odds=0.0,
    )
    measured = cases(truth)
    found = map_estimate(measured, prior)
    assert found.terms[PairKind.TEXT_PHOTO].gain == pytest.approx(2.0, rel=0.2)
    assert found.terms[COLOUR].gain == pytest.approx(0.6, rel=0.3)
    losses = [-likelihood.posterior(measured, model).log_likelihood(measured).mean() for model in (found, prior, truth)]
    assert losses[0] <= losses[2] + 1e-3 < losses[1]


def test_what_was_not_measured_keeps_its_prior() -> None:
    found = map_estimate(cases(CLIP, 200), CLIP)
    for name in (PairKind.PHOTO_PHOTO, PairKind.TEXT_TEXT, PLACE, SHARED_WORDS):
        assert found.terms[name] == CLIP.terms[name]


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.integers(5, 60))
def test_gains_are_never_negative_even_where_evidence_misleads(seed: int, searches: int) -> None:
    measured = cases(CLIP, searches, seed=seed)
    misleading = replace(measured, evidence=-measured.evidence)
    assert all(term.gain >= 0 for term in map_estimate(misleading, CLIP).terms.values())


def test_the_fit_shares_out_as_the_scoring_does(drawn: LabelledSet) -> None:
    there = sample_gallery(drawn, absent=0.5, size=30, seed=1)
    searches = [narrow(search, there) for search in drawn.lost[:20]]
    measured = measure_cases(searches, [1.0] * len(searches), CLIP)
    found = likelihood.posterior(measured, CLIP).candidates
    for first, count, searched in zip(measured.first, measured.counts, searches, strict=True):
        rows = measured.evidence[first : first + count]
        odds = [
            total_log_odds({n: v for n, v in zip(EVIDENCE, row, strict=True) if not np.isnan(v)}, CLIP) for row in rows
        ]
        assert found[first : first + count] == pytest.approx(softmax(odds, searched.search.open_count, CLIP))


@pytest.mark.untraced
@settings(deadline=None, max_examples=20)
@given(st.integers(2, 6), st.integers(0, 100))
def test_folds_never_part_a_thing(count: int, seed: int) -> None:
    small = drawn_set(12, 6, asked=3, seed=seed % 3)
    dealt = assign_folds(small, count, seed)
    assert set(dealt.values()) == set(range(count))
    for fold in range(count):
        others = small.of({thing for thing, own in dealt.items() if own != fold})
        scored = {case.search.query.report for case in (*small.lost, *small.found) if dealt[case.thing] == fold}
        assert scored
        for case in (*others.lost, *others.found):
            assert case.search.query.report not in scored
            assert scored.isdisjoint(candidate.item.report for candidate in case.search.candidates)


def test_too_little_data_is_refused_with_numbers() -> None:
    with pytest.raises(TooLittleDataError, match="20 lost reports with a known answer, about 10 things"):
        calibrate(drawn_set(10, 30), CLIP)


@pytest.mark.untraced
def test_an_encoders_scale_does_not_matter_after_the_fit() -> None:
    usual, other = (
        calibrate(drawn_set(25, 0, scale=scale, offset=offset), CLIP).scoring_model
        for scale, offset in ((1.0, 0.0), (0.2, 0.7))
    )
    assert other.none_log_odds == pytest.approx(usual.none_log_odds, abs=1e-3)
    for kind in (PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO):
        assert other.terms[kind].gain == pytest.approx(usual.terms[kind].gain, rel=1e-3)
    assert (other.text_limits, other.photo_limits) == (usual.text_limits, usual.photo_limits)


@pytest.mark.untraced
def test_every_lost_report_is_scored_once_in_a_draw(
    drawn: LabelledSet, scorers: Scorers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("reunite.matching.scoring.reasons")  # which no one would read
    scored = scorers.predict(absent=0.5, size=20, seed=1)
    assert [candidate.query for candidate in scored] == [case.search.query.report for case in drawn.lost]
    assert 0.3 < sum(candidate.has_answer for candidate in scored) / len(scored) < 0.7
    assert all(len(candidate.posts) <= 20 for candidate in scored)


@pytest.mark.untraced
def test_the_labels_keep_their_promises_with_cosines_in_clips_ranges(scorers: Scorers) -> None:
    for size in (None, 40):
        found = proportions([scorers.predict(absent=0.5, size=size, seed=seed) for seed in range(3)])
        assert (found[HIGH_RIGHT].share or 0) >= 0.95
        assert (found[LIST_HOLDS].share or 0) >= 0.5
        assert (found[FALSE_LABEL].share or 0) <= 0.1
        assert (found[RIGHT_LABELLED].share or 0) >= 0.3


@pytest.mark.parametrize("encoder", ["concept", "clip"])
def test_weights_survive_their_json(encoder: str) -> None:
    model = for_encoder(encoder)
    assert ScoringModel.from_json(model.to_json()) == model
    later = {"none_growth", "translated_limits"}
    earlier = {name: value for name, value in model.to_json().items() if name not in later}
    assert ScoringModel.from_json(earlier) == replace(model, none_growth=1.0, translated_limits=model.text_limits)
    terms = {name: term for name, term in model.to_json()["terms"].items() if name not in {NAMED_BRANDS, NAMED_COLOURS}}
    assert ScoringModel.from_json({**model.to_json(), "terms": terms}) == model
    with pytest.raises(ValueError, match="format 99"):
        ScoringModel.from_json({**model.to_json(), "format": 99})


def test_a_limit_that_no_label_keeps_is_never_reached() -> None:
    measured = cases(CLIP, 60)
    wrong = replace(measured, right=np.zeros_like(measured.right))
    outside = score_out_of_fold(wrong, CLIP, {thing: number % 3 for number, thing in enumerate(wrong.things)})
    sure = replace(
        outside,
        probabilities=np.full_like(outside.probabilities, 0.9),
        core_log_odds=np.ones_like(outside.core_log_odds),
    )
    limited = with_limits(CLIP, sure, wrong)
    assert limited.text_limits.possible == NEVER


def by_words(count: int, translated: int, right: NDArray[np.bool_]) -> Cases:
    evidence = np.full((count, len(EVIDENCE)), np.nan)
    evidence[:, EVIDENCE.index(PairKind.TEXT_TEXT)] = 1.0
    return Cases(
        evidence=evidence,
        right=right,
        first=np.arange(count),
        open_counts=np.full(count, 50),
        weights=np.ones(count),
        things=tuple(UUID(int=number) for number in range(count)),
        translated=np.arange(count) < translated,
    )


def test_other_languages_have_limits_of_their_own_if_enough_was_said_in_them() -> None:
    right = np.arange(400) >= 100
    scores = OutOfFoldScores(np.zeros(400), np.full(400, 0.97), np.ones(400))
    misled = with_limits(CLIP, scores, by_words(400, 100, right))
    assert (misled.text_limits.high, misled.translated_limits.high > 0.97) == (0.95, True)
    few = with_limits(CLIP, scores, by_words(400, 9, (np.arange(400) < 9) | right))
    assert few.translated_limits.high > 0.97


def test_few_open_reports_have_a_limit_of_their_own() -> None:
    right = np.arange(400) >= 100
    searched = replace(by_words(400, 0, right), open_counts=np.where(np.arange(400) < 200, 20, 50))
    limits = with_limits(CLIP, OutOfFoldScores(np.zeros(400), np.full(400, 0.85), np.ones(400)), searched).text_limits
    assert (limits.among(30).possible > 0.85, limits.among(31).possible) == (True, 0.5)
    alone = by_words(400, 0, np.ones(400, bool))
    assert with_limits(
        CLIP, OutOfFoldScores(np.zeros(400), np.full(400, 0.85), np.ones(400)), alone
    ).text_limits == Limits(0.95, 0.5, 0.5)


def test_a_limit_keeps_its_promise_in_every_condition_not_on_their_mean() -> None:
    captioned, bare = 800, 40
    count = captioned + bare
    has_caption = np.arange(count) < captioned
    evidence = np.full((count, len(EVIDENCE)), np.nan)
    evidence[:, EVIDENCE.index(PairKind.TEXT_PHOTO)] = 1.0
    evidence[has_caption, EVIDENCE.index(PairKind.TEXT_TEXT)] = 1.0
    measured = Cases(
        evidence=evidence,
        right=has_caption | (np.arange(count) % 2 == 0),
        first=np.arange(count),
        open_counts=np.full(count, 50),
        weights=np.ones(count),
        things=tuple(UUID(int=number) for number in range(count)),
        translated=np.zeros(count, bool),
    )
    scores = OutOfFoldScores(np.zeros(count), np.full(count, 0.975), np.ones(count))
    assert with_limits(CLIP, scores, measured).text_limits.high > 0.975
    all_captioned = replace(measured, right=np.ones(count, bool))
    assert with_limits(CLIP, scores, all_captioned).text_limits.high == 0.95
