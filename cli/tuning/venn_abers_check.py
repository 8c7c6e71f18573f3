"""An independent check of the stated probabilities by the library `venn-abers` (an extra).

A Venn–ABERS predictor is fitted on half of the things. For each probability stated on the other half, it returns an
interval that is valid whatever the scoring does (Vovk and Petej, 2014).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label
from reunite.messages.wording import label_word
from reunite.tuning.predictions import Prediction

Numbers = NDArray[np.float64]


def check(draws: Sequence[Sequence[Prediction]]) -> dict[str, Mapping[str, Any]]:
    """Compare the first candidates' stated probabilities with a Venn–ABERS predictor's, by their labels."""
    predictions = [prediction for draw in draws for prediction in draw if prediction.posts]
    stated, right = np.array([prediction.first for prediction in predictions], np.float64).T
    things = sorted({prediction.thing for prediction in predictions})
    half = {thing: position % 2 for position, thing in enumerate(things)}
    side = np.array([half[prediction.thing] for prediction in predictions])
    low, high = np.empty_like(stated), np.empty_like(stated)
    for own in (0, 1):
        low[side == own], high[side == own] = _interval(stated[side != own], right[side != own], stated[side == own])
    labels = np.array([prediction.labels[0] or "" for prediction in predictions], object)
    groups = {label_word(label): labels == label for label in Label} | {"no label": labels == ""}
    return {
        name: {
            "cases": int(chosen.sum()),
            "stated": float(stated[chosen].mean()),
            "low": float(low[chosen].mean()),
            "high": float(high[chosen].mean()),
            "right": float(right[chosen].mean()),
        }
        for name, chosen in groups.items()
        if chosen.any()
    }


def _interval(known: Numbers, right: Numbers, asked: Numbers) -> tuple[Numbers, Numbers]:
    from venn_abers import VennAbers

    predictor = VennAbers()
    predictor.fit(np.column_stack([1 - known, known]), right.astype(int))
    _, interval = predictor.predict_proba(np.column_stack([1 - asked, asked]))
    return interval[:, 0], interval[:, 1]
