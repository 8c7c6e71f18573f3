"""What a model version's evidence is worth."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, isfinite, log1p
from typing import Any, Final

from reunite.matching.evidence import PairKind

COLOUR: Final = "colour"
COLOUR_OF_PHOTOS: Final = "colour of photos"
PLACE: Final = "place"
TIME: Final = "time"
RARE_WORDS: Final = "rare words"
SHARED_WORDS: Final = "shared words"
EVIDENCE: Final[tuple[str, ...]] = (*PairKind, COLOUR, COLOUR_OF_PHOTOS, PLACE, TIME, RARE_WORDS, SHARED_WORDS)
"""The names of all evidence. A kind of pair stands for its similarity, standardised against the background."""

FORMAT: Final = 1
"""Of the JSON in which models are stored."""


@dataclass(frozen=True, slots=True)
class Term:
    """Turns one measurement into log odds for the pair: gain × (measurement − neutral), within floor and cap.

    Where there is a `bend`, each further step above neutral counts less and each below it more: at this distance above
    neutral a step counts half, and no measurement at this distance below is possible for a right pair.
    """

    gain: float
    neutral: float = 0.0
    floor: float = -inf
    cap: float = inf
    bend: float = inf

    def __post_init__(self) -> None:
        """More evidence must never count against a pair."""
        if self.gain < 0 or self.floor > self.cap or self.bend <= 0:
            raise ValueError(f"A term's gain must not be negative, its bend positive, its floor below its cap: {self}")

    def log_odds(self, measurement: float) -> float:
        """Return what the measurement adds to the pair's log odds."""
        steps = measurement - self.neutral
        if isfinite(self.bend):
            steps = self.bend * log1p(steps / self.bend) if steps > -self.bend else -inf
        return min(max(self.gain * steps, self.floor), self.cap)


@dataclass(frozen=True, slots=True)
class Typical:
    """The cosines of one report with reports of other things, as far as no community's own background is known."""

    mean: float
    deviation: float
    """Within one report's cosines, their standard deviation (not 0)."""
    spread: float
    """Between reports, the standard deviation of their means: some are like everything, some like nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which probability a label is given."""

    high: float
    """Of the first, to be called "High confidence"."""
    possible: float
    """That the thing is among those called "Possible match"."""


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """How one encoder's matches are scored: typical backgrounds, a term for each evidence, and the labels' limits."""

    typical: Mapping[PairKind, Typical]
    terms: Mapping[str, Term]
    none: float
    """Log odds, per open report, that the thing is not there before anything is seen."""
    of_words: Limits
    """Where words were compared, with words or with a photo."""
    of_photos: Limits
    """Where two photos were compared: things that look alike mislead more than words do."""
    calibrated: bool
    """Whether probabilities were fitted to right and wrong pairs, so that they may be shown."""

    def to_json(self) -> dict[str, Any]:
        """Return numbers and names for JSON; what has no limit is left out."""
        return {
            "format": FORMAT,
            "typical": {kind: asdict(each) for kind, each in self.typical.items()},
            "terms": {
                name: {field: value for field, value in asdict(term).items() if isfinite(value)}
                for name, term in self.terms.items()
            },
            "none": self.none,
            "of_words": asdict(self.of_words),
            "of_photos": asdict(self.of_photos),
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ScoringModel":
        """Read what `to_json` gave. Raises ValueError where the format is another."""
        if data["format"] != FORMAT:
            raise ValueError(f"Weights of format {data['format']} can't be read; this is format {FORMAT}.")
        return cls(
            typical={PairKind(kind): Typical(**each) for kind, each in data["typical"].items()},
            terms={name: Term(**term) for name, term in data["terms"].items()},
            none=data["none"],
            of_words=Limits(**data["of_words"]),
            of_photos=Limits(**data["of_photos"]),
            calibrated=data["calibrated"],
        )
