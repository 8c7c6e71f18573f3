"""Posts of one thing: its probability stands at the best of them, and they are no rivals of each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sin
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import ReportKind
from reunite.matching import defaults
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.weights import RARE_WORDS, ScoringModel, Term
from tests.support.scoring import score

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MODELS = (defaults.for_encoder("concept"), defaults.for_encoder("clip"))
QUERY = Item(UUID(int=0), ReportKind.LOST, "umbrella", "", NOON, time_is_stated=False)

models = st.sampled_from(MODELS)
likeness = st.floats(-0.2, 1.0)


def found(number: int, cosine: float = 0.3, place: str = "tram", hours: float = 0) -> Candidate:
    at = NOON + timedelta(hours=hours)
    item = Item(UUID(int=number), ReportKind.FOUND, "", place, at, time_is_stated=True)
    return Candidate(item, {PairKind.TEXT_PHOTO: cosine})


def search(*found_items: Candidate, **alike: float) -> Search:
    """Finds among a hundred; `alike` by the numbers of two, as in `_1_2=0.9`."""
    pairs = {frozenset(UUID(int=int(n)) for n in key[1:].split("_")): cosine for key, cosine in alike.items()}
    return Search(QUERY, found_items, {PairKind.TEXT_PHOTO: Background(0.1, 0.1, 100)}, 100, pairs)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    count = draw(st.integers(2, 5))
    found_items = [found(n, draw(st.floats(0, 0.6)), hours=draw(st.integers(0, 48))) for n in range(1, count + 1)]
    alike = {f"_{a}_{b}": draw(likeness) for a in range(1, count + 1) for b in range(a + 1, count + 1)}
    return search(*found_items, **alike)


def probabilities(found: Search, model: ScoringModel) -> dict[UUID, float]:
    return {scored.report: scored.probability for scored in score(found, model)}


@given(searches(), models)
def test_the_probabilities_of_things_and_of_none_sum_to_one_and_come_best_first(
    found: Search, model: ScoringModel
) -> None:
    shares = [scored.probability for scored in score(found, model)]
    assert sum(shares) <= 1 + 1e-9
    assert shares == sorted(shares, reverse=True)


@pytest.mark.untraced
@given(searches(), models)
def test_posts_that_are_alike_never_make_the_best_of_them_less_probable(found: Search, model: ScoringModel) -> None:
    apart = probabilities(replace(found, lookalikes={}), model)
    together = probabilities(found, model)
    best = max(apart, key=lambda report: (apart[report], -report.int))
    assert together[best] >= apart[best] - 1e-9


@pytest.mark.untraced
@given(searches(), models, st.floats(0, 0.5))
def test_the_more_alike_two_posts_the_more_probable_is_everything_but_the_lesser_of_them(
    found: Search, model: ScoringModel, more: float
) -> None:
    pair = next(iter(found.lookalikes))
    nearer = replace(found, lookalikes={**found.lookalikes, pair: found.lookalikes[pair] + more})
    lone = probabilities(replace(found, lookalikes={}), model)
    lesser = min(pair, key=lambda report: (lone[report], -report.int))
    before, after = probabilities(found, model), probabilities(nearer, model)
    for report in before.keys() - {lesser}:
        assert after[report] >= before[report] - 1e-9
    assert after[lesser] <= before[lesser] + 1e-9


def test_a_found_report_posted_twice_is_as_probable_as_one_posted_once() -> None:
    clear = {RARE_WORDS: Term(5.0), PairKind.PHOTO_PHOTO: Term(2.0, 4.0)}
    model = replace(MODELS[0], terms={**MODELS[0].terms, **clear})
    first, again = (found(n, 0.6, hours=n)._replace(rare_words=("kenzo", "k4711")) for n in (1, 2))
    other = found(3, 0.1)
    once = score(search(first, other), model)[0]
    split = score(search(first, again, other), model)[0]
    best, *rest = score(search(first, again, other, _1_2=0.99), model)
    assert best.report == once.report == first.item.report
    assert best.probability == pytest.approx(once.probability, abs=0.05)
    assert split.probability < 0.7 * once.probability
    assert again.item.report in {candidate.report for candidate in rest}


@pytest.mark.parametrize("model", MODELS)
def test_alike_finds_are_less_surely_one_thing_the_farther_apart_they_were_found(model: ScoringModel) -> None:
    alike = {
        "_1_2": model.background_priors[PairKind.PHOTO_PHOTO].mean
        + 5 * model.background_priors[PairKind.PHOTO_PHOTO].deviation
    }
    near, far = (
        probabilities(search(found(1, 0.5), other, **alike), model)[UUID(int=2)]
        for other in (found(2, 0.45, hours=3), found(2, 0.45, "sports hall", hours=24 * 12))
    )
    assert near < far


@pytest.mark.parametrize("model", MODELS, ids=["concept", "clip"])
@pytest.mark.parametrize("count", [9, 20])
def test_a_found_report_posted_three_times_is_as_probable_as_one_posted_once_among_few(
    model: ScoringModel, count: int
) -> None:
    prior = model.background_priors[PairKind.PHOTO_PHOTO]
    similar = prior.mean + 4 * prior.deviation
    thrice = [found(number)._replace(similarities={PairKind.PHOTO_PHOTO: similar}) for number in (1, 2, 3)]
    rest = [
        found(number, hours=30 * number)._replace(
            similarities={PairKind.PHOTO_PHOTO: prior.mean + prior.deviation * sin(number)},
        )
        for number in range(4, count + 1)
    ]
    probable = []
    for posts in (thrice[:1], thrice):
        cosines = np.array([post.similarities[PairKind.PHOTO_PHOTO] for post in (*posts, *rest)])
        background = Background(float(cosines.mean()), float(cosines.std()), len(cosines))
        alike = search(*posts, *rest, **({"_1_2": 0.99, "_1_3": 0.99, "_2_3": 0.99} if posts is thrice else {}))
        searched = replace(alike, background={PairKind.PHOTO_PHOTO: background}, open_count=len(cosines))
        probable.append(score(searched, model)[0].probability)
    assert probable[1] == pytest.approx(probable[0], abs=0.05)
