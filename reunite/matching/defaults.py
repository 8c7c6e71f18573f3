"""The weights that each encoder starts with, until it is calibrated on a community's own verdicts."""

from collections.abc import Mapping
from typing import Final

from reunite.matching.evidence import PairKind
from reunite.matching.weights import (
    COLOUR,
    COLOUR_OF_PHOTOS,
    PLACE,
    RARE_WORDS,
    SHARED_WORDS,
    TIME,
    Limits,
    ScoringModel,
    Term,
    Typical,
)

_CIRCUMSTANCES: Final[Mapping[str, Term]] = {PLACE: Term(1.0), TIME: Term(1.0)}
"""Measured as log odds already: stated priors."""

_CONCEPT: Final = ScoringModel(
    typical={
        PairKind.PHOTO_PHOTO: Typical(0.279, 0.062, 0.037),
        PairKind.TEXT_PHOTO: Typical(0.058, 0.086, 0.089),
        PairKind.PHOTO_TEXT: Typical(0.025, 0.110, 0.051),
        PairKind.TEXT_TEXT: Typical(0.122, 0.070, 0.045),
    },
    terms={
        PairKind.PHOTO_PHOTO: Term(1.71, 2.90, floor=-5.0, cap=12.0, bend=2.96),
        PairKind.TEXT_PHOTO: Term(0.91, 1.64, floor=-4.0, cap=10.0, bend=3.37),
        PairKind.PHOTO_TEXT: Term(1.14, 0.96, floor=-1.0, cap=8.0, bend=4.36),
        PairKind.TEXT_TEXT: Term(0.92, 1.79, floor=-0.3, cap=4.0, bend=5.26),
        COLOUR: Term(2.00, 0.17, floor=-1.5, cap=2.0),
        COLOUR_OF_PHOTOS: Term(2.56, 0.606, floor=-1.0, cap=1.0),
        RARE_WORDS: Term(1.08),
        SHARED_WORDS: Term(1.03),
        **_CIRCUMSTANCES,
    },
    none=-0.12,
    of_words=Limits(high=0.97, possible=0.6),
    of_photos=Limits(high=0.97, possible=0.8),
    calibrated=True,
)
"""What `reunite calibrate` gave on the development set (docs/matching.md)."""

STATED: Final = ScoringModel(
    typical={
        PairKind.PHOTO_PHOTO: Typical(0.55, 0.08, 0.06),
        PairKind.TEXT_PHOTO: Typical(0.19, 0.025, 0.03),
        PairKind.PHOTO_TEXT: Typical(0.19, 0.025, 0.03),
        PairKind.TEXT_TEXT: Typical(0.70, 0.08, 0.06),
    },
    terms={
        PairKind.PHOTO_PHOTO: Term(1.6, 2.6, floor=-5.0, cap=12.0, bend=5.0),
        PairKind.TEXT_PHOTO: Term(1.2, 2.2, floor=-4.0, cap=10.0, bend=5.0),
        PairKind.PHOTO_TEXT: Term(1.0, 2.2, floor=-1.0, cap=8.0, bend=5.0),
        PairKind.TEXT_TEXT: Term(0.8, 1.5, floor=-0.3, cap=4.0, bend=5.0),
        COLOUR: Term(1.0, 0.2, floor=-1.5, cap=2.0),
        COLOUR_OF_PHOTOS: Term(2.0, 0.6, floor=-1.0, cap=1.0),
        RARE_WORDS: Term(1.3),
        SHARED_WORDS: Term(0.9),
        **_CIRCUMSTANCES,
    },
    none=0.0,
    of_words=Limits(high=0.99, possible=0.7),
    of_photos=Limits(high=0.995, possible=0.85),
    calibrated=False,
)
"""Set by hand from the known ranges of CLIP's cosines: right pairs have 0.20 to 0.35 between text and photo, 0.60 to
0.95 between photos. Stricter with labels, since no set has measured it. Every calibration starts from here."""


def for_encoder(version: str) -> ScoringModel:
    """Return the weights for an encoder's version; any but the offline encoder gets cautious, uncalibrated ones."""
    return _CONCEPT if version.startswith("concept") else STATED
