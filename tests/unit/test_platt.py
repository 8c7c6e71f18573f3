"""What people say about matches scales and shifts a model's log odds, and only if that helps."""

from dataclasses import replace
from math import exp
from uuid import UUID

import numpy as np
import pytest

from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import PairKind
from reunite.matching.scoring import total_log_odds
from reunite.tuning.calibration import TooLittleDataError
from reunite.tuning.platt import Feedback, Learned, from_feedback

CLIP = for_encoder("clip")
HELPS = {2}
"""Seeds whose answers happen to say something new."""


def answers(
    count: int, boldness: float, shift: float = 0.0, *, seed: int = 0, before: Learned | None = None
) -> list[Feedback]:
    """Pairs that a model, as learned `before`, states too boldly by a factor, and too high by a shift."""
    rng, before = np.random.default_rng(seed), before or Learned()
    pairs = []
    for number, value in enumerate(rng.normal(2.6, 0.8, count)):
        evidence = {str(PairKind.TEXT_PHOTO): float(value)}
        odds = total_log_odds(evidence, CLIP) - 2.0
        stated = exp(before.log_scale) * (odds + 2.0) + before.shift - 2.0
        right = bool(rng.random() < 1 / (1 + np.exp(-(odds / boldness - shift))))
        pairs.append(Feedback(evidence, float(1 / (1 + np.exp(-stated))), right, lost=UUID(int=number // 2)))
    return pairs


def test_answers_tame_a_model_that_is_too_bold() -> None:
    fitted, learned = from_feedback(answers(400, 4.0), CLIP)
    assert fitted.scoring_model.terms[PairKind.TEXT_PHOTO].gain < CLIP.terms[PairKind.TEXT_PHOTO].gain
    assert fitted.log_loss < fitted.log_loss_before
    assert fitted.scoring_model == learned.applied_to(CLIP)
    assert fitted.scoring_model.text_limits == CLIP.text_limits


def test_few_answers_change_less_than_many() -> None:
    (_, few), (_, many) = (from_feedback(answers(count, 1.0, 2.0, seed=5), CLIP) for count in (25, 400))
    assert many.shift < few.shift < 0
    assert many.shift == pytest.approx(-2.0, abs=0.3)


@pytest.mark.parametrize("seed", range(6))
def test_what_does_not_help_is_not_used(seed: int) -> None:
    """A model that is right already is left as it is, or hardly changed."""
    pairs = answers(60, 1.0, seed=seed)
    if seed in HELPS:
        fitted, learned = from_feedback(pairs, CLIP)
        assert fitted.log_loss < fitted.log_loss_before
        assert abs(learned.shift) < 1.0
    else:
        with pytest.raises(TooLittleDataError, match="the current weights do as well"):
            from_feedback(pairs, CLIP)


def test_it_builds_on_what_was_learned_and_stays_near_the_model() -> None:
    _, first = from_feedback(answers(60, 1.0, 2.5), CLIP)
    with pytest.raises(TooLittleDataError, match="say nothing new"):
        from_feedback(answers(60, 1.0, 2.5, seed=2, before=first), CLIP, first)
    _, second = from_feedback(answers(60, 1.0, 0.0, seed=2, before=first), CLIP, first)  # times have changed
    assert second.shift > first.shift + 1
    assert Learned.from_json(second.to_json()).applied_to(CLIP) == second.applied_to(CLIP)


def test_what_is_uncertain_counts_less() -> None:
    pairs = answers(100, 1.0, 3.0)
    _, certain = from_feedback(pairs, CLIP)
    _, uncertain = from_feedback([replace(pair, weight=0.1) for pair in pairs], CLIP)
    assert certain.shift < uncertain.shift < 0


def test_few_or_one_sided_answers_are_refused() -> None:
    with pytest.raises(TooLittleDataError, match="You need 20"):
        from_feedback(answers(15, 1.0), CLIP)
    with pytest.raises(TooLittleDataError, match="40 matches were said to be right and 0 wrong"):
        from_feedback([replace(pair, right=True) for pair in answers(40, 1.0)], CLIP)
