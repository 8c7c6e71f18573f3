"""The independent check sees through probabilities that promise too much."""

from uuid import UUID

import pytest

from cli.tuning.venn_abers_check import check
from reunite.entities import Label
from reunite.tuning.predictions import Prediction


def first(thing: int, probability: float, label: Label | None, *, right: bool) -> Prediction:
    return Prediction(
        query=UUID(int=thing),
        thing=UUID(int=thing),
        has_answer=True,
        posts=(UUID(int=1000),),
        probabilities=(probability,),
        labels=(label,),
        right=(right,),
        shown=(True,),
    )


@pytest.mark.untraced
@pytest.mark.parametrize("stated", [0.7, 0.99])
def test_the_check_finds_the_share_that_is_right_whatever_is_stated(stated: float) -> None:
    draws = [
        [first(number, stated + number / 1e6, Label.HIGH, right=number * 7 % 10 < 7) for number in range(200)],
        [first(number, 0.1 + number / 1e6, None, right=number % 10 == 0) for number in range(200, 400)],
    ]
    result = check(draws)
    assert result["High confidence"]["stated"] == pytest.approx(stated, abs=0.01)
    for label, share in (("High confidence", 0.7), ("no label", 0.1)):
        assert result[label]["low"] <= result[label]["high"]
        assert result[label]["low"] == pytest.approx(share, abs=0.06)
        assert result[label]["right"] == pytest.approx(share)
