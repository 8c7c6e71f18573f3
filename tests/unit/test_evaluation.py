"""The figures of an evaluation, on cases small enough to count by hand."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from reunite.entities import Label
from reunite.tuning.binomial_bounds import lower_bound
from reunite.tuning.evaluation import (
    FALSE_LABEL,
    HIGH_RIGHT,
    LIST_GIVEN,
    LIST_HOLDS,
    NEAR_SHOWN,
    RIGHT_HIGH,
    RIGHT_LABELLED,
    RIGHT_SHOWN,
    calibration_figures,
    precision_recall,
    proportions,
    reliability,
)
from reunite.tuning.predictions import Prediction

H, P, N = Label.HIGH, Label.POSSIBLE, None
SHOWN = 2


def prediction(thing: int, results: Sequence[tuple[float, Label | None, bool]], *, there: bool = True) -> Prediction:
    probabilities, labels, right = zip(*results, strict=True) if results else ((), (), ())
    return Prediction(
        query=UUID(int=thing),
        thing=UUID(int=thing),
        has_answer=there,
        posts=tuple(UUID(int=1000 + number) for number in range(len(results))),
        probabilities=probabilities,
        labels=labels,
        right=right,
        shown=tuple(number < SHOWN for number in range(len(results))),
    )


DRAW = [
    prediction(1, [(0.97, H, True), (0.01, N, False)]),
    prediction(2, [(0.96, H, False), (0.02, N, True)]),
    prediction(3, [(0.4, P, False), (0.3, P, True)]),
    prediction(4, [(0.5, P, False), (0.2, P, False), (0.1, N, True)]),
    prediction(5, [(0.2, N, False)] * 6 + [(0.01, N, True)]),
    prediction(6, [(0.6, P, False)], there=False),
    prediction(7, [(0.1, N, False)], there=False),
    prediction(8, [], there=False),
]


def test_shares_are_counted_as_the_labels_promise() -> None:
    found = {name: (share.cases, share.share) for name, share in proportions([DRAW]).items()}
    assert found["recall @1"] == pytest.approx((5, 1 / 5))
    assert found["recall @5"] == pytest.approx((5, 4 / 5))
    assert found["recall @10"] == (5, 1.0)
    assert found[HIGH_RIGHT] == (2, 0.5)
    assert found[LIST_HOLDS] == pytest.approx((3, 1 / 3))
    assert found[RIGHT_HIGH] == pytest.approx((5, 1 / 5))
    assert found[RIGHT_LABELLED] == pytest.approx((5, 2 / 5))
    assert found[LIST_GIVEN] == pytest.approx((5, 2 / 5))
    assert found[FALSE_LABEL] == pytest.approx((3, 1 / 3))
    assert found[RIGHT_SHOWN] == pytest.approx((5, 3 / 5))
    assert found[NEAR_SHOWN] == pytest.approx((4, 3 / 4))


@pytest.mark.parametrize(
    ("successes", "trials", "bound"), [(59, 59, 0.9505), (58, 58, 0.9497), (9, 10, 0.6058), (1, 10, 0.0051), (0, 9, 0)]
)
def test_bounds_are_exact(successes: int, trials: int, bound: float) -> None:
    assert lower_bound(successes, trials) == pytest.approx(bound, abs=1e-4)


def test_a_thing_counts_once_in_the_bounds_even_if_drawn_several_times() -> None:
    once = [prediction(thing, [(0.97, H, thing > 0)]) for thing in range(20)]
    exact = proportions([once] * 10)[HIGH_RIGHT]
    assert exact.at_least == pytest.approx(lower_bound(19, 20))
    assert exact.at_most == pytest.approx(1 - lower_bound(1, 20))


def test_intervals_hold_the_share_and_shrink_with_more_things_not_with_more_draws() -> None:
    many = [prediction(thing, [(0.97, H, thing % 4 > 0)]) for thing in range(200)]
    once, ten_times = proportions([many[:20]])[HIGH_RIGHT], proportions([many[:20]] * 10)[HIGH_RIGHT]
    all_things = proportions([many])[HIGH_RIGHT]
    for share in (once, ten_times, all_things):
        assert share.low is not None
        assert share.high is not None
        assert share.low <= (share.share or 0) <= share.high
    assert (ten_times.low, ten_times.high) == (once.low, once.high)
    assert (all_things.high or 0) - (all_things.low or 0) < (once.high or 0) - (once.low or 0)


def test_what_never_happened_has_no_share() -> None:
    assert proportions([[prediction(1, [(0.5, N, True)])]])[HIGH_RIGHT].share is None
    assert proportions([[]])[HIGH_RIGHT].cases == 0


def test_a_calibrated_forecaster_is_within_its_bound_and_a_boaster_is_not() -> None:
    honest = [prediction(number, [(0.7 + number / 1e6, N, number % 10 < 7)]) for number in range(400)]
    boaster = [prediction(number, [(0.99 + number / 1e6, N, number % 10 < 7)]) for number in range(400)]
    good, bad = calibration_figures([honest]), calibration_figures([boaster])
    assert good.within == 1
    assert good.error < 0.01
    assert good.log_loss == pytest.approx(good.base_log_loss, abs=1e-3)
    assert bad.within == 0
    assert bad.error == pytest.approx(0.29, abs=0.02)
    assert bad.log_loss > bad.base_log_loss


def test_curves_run_from_the_surest_to_all() -> None:
    curve = precision_recall([DRAW])
    assert curve[0] == pytest.approx((0.97, 1.0, 1 / 5))
    assert curve[1][1] == pytest.approx(1 / 2)
    assert curve[-1][1:] == pytest.approx((1 / 8, 1 / 5))
    assert sum(count for _, _, count in reliability([DRAW])) == len(DRAW)
