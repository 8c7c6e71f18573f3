"""The scoring model: how the evidence of one encoder is turned into log odds and labels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, isfinite, log1p
from typing import Any, Final

from reunite.matching.evidence import PairKind

ALIKE_BY_KIND: Final = "alike by kind"
COLOUR: Final = "colour"
COMMON_KIND: Final = "common kind"
COLOUR_OF_PHOTOS: Final = "colour of photos"
DETAILS_OF_PHOTOS: Final = "details of photos"
KIND_OF_THING: Final = "kind of thing"
NAMED_BRANDS: Final = "named brands"
NAMED_COLOURS: Final = "named colours"
PLACE: Final = "place"
TIME: Final = "time"
RARE_WORDS: Final = "rare words"
SEVERAL_COLOURS: Final = "several colours"
ONLY_VIEW: Final = "only view"
SHARED_WORDS: Final = "shared words"
EVIDENCE: Final[tuple[str, ...]] = (
    *PairKind,
    ALIKE_BY_KIND,
    COLOUR,
    COLOUR_OF_PHOTOS,
    COMMON_KIND,
    DETAILS_OF_PHOTOS,
    KIND_OF_THING,
    NAMED_BRANDS,
    NAMED_COLOURS,
    PLACE,
    TIME,
    RARE_WORDS,
    SEVERAL_COLOURS,
    SHARED_WORDS,
    ONLY_VIEW,
)
"""The names of all evidence. A pair kind names its similarity, standardised against the background; the only view is
the similarity of a text and a photo again if nothing else of the pair can be compared. Several colours are the colour
again if more than one is named, because each is evidence. Photos are alike by kind if both clearly show one: such
photos look alike, whichever thing of the kind they show."""

FEW: Final = 30
"""Open reports among which labels have limits of their own: there, the best of a kind is more often the wrong one."""

FORMAT: Final = 1
"""Version of the JSON in which scoring models are stored."""


@dataclass(frozen=True, slots=True)
class Term:
    """Turns one measurement into log odds: gain × (measurement − neutral), clipped to floor and cap.

    A finite `bend` makes it concave: at this distance above neutral the slope is half the gain, and at this distance
    below neutral the log odds go to −∞.
    """

    gain: float
    neutral: float = 0.0
    floor: float = -inf
    cap: float = inf
    bend: float = inf

    def __post_init__(self) -> None:
        """Check that more evidence never counts against a pair."""
        if self.gain < 0 or self.floor > self.cap or self.bend <= 0:
            raise ValueError(f"A term needs gain ≥ 0, bend > 0 and floor ≤ cap: {self}")

    def log_odds(self, measurement: float) -> float:
        steps = measurement - self.neutral
        if isfinite(self.bend):
            steps = self.bend * log1p(steps / self.bend) if steps > -self.bend else -inf
        return min(max(self.gain * steps, self.floor), self.cap)


_ADDED_SINCE: Final = {NAMED_BRANDS: Term(1.0), NAMED_COLOURS: Term(1.0)}
"""Terms that models stored earlier lack; their measurements are stated log odds."""


@dataclass(frozen=True, slots=True)
class BackgroundPrior:
    """Cosines of a report with reports of other things, before the community's own background is known."""

    mean: float
    deviation: float
    """Standard deviation of one report's cosines (not 0)."""
    spread: float
    """Standard deviation of the reports' means: some reports are similar to everything, some to nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The probabilities from which labels are given."""

    high: float
    """The first candidate's least probability for "High confidence"."""
    possible: float
    """The least sum of the probabilities of all candidates labelled "Possible match"."""
    possible_of_few: float | None = None
    """The same among at most `FEW` open reports, if the limit differs there."""

    def among(self, open_count: int) -> "Limits":
        """Return the limits among this many open reports."""
        few = self.possible_of_few
        return Limits(self.high, few if few is not None and open_count <= FEW else self.possible)

    def stricter(self, other: "Limits") -> "Limits":
        """Return the higher of each of two limits."""
        few = [limits.among(1).possible for limits in (self, other)]
        return Limits(max(self.high, other.high), max(self.possible, other.possible), max(few))


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """How one encoder's matches are scored: background priors, a term for each evidence, and the labels' limits."""

    background_priors: Mapping[PairKind, BackgroundPrior]
    terms: Mapping[str, Term]
    none_log_odds: float
    """Prior log odds, per open report among a hundred, that none of them matches."""
    text_limits: Limits
    """Limits if no photos were compared with each other."""
    translated_limits: Limits
    """The same for a text in another language than English: words that the lexicon doesn't know are lost."""
    photo_limits: Limits
    """Limits if two photos were compared: lookalikes mislead more than words do."""
    calibrated: bool
    """Whether it was fitted to known pairs, so that probabilities may be shown."""
    none_growth: float = 1.0
    """The power of the number of open reports with which the odds of "none of them" grow: less than 1 if a larger
    community has more lookalikes of what it has, rather than more kinds of things."""

    def limits(self, *, photos: bool, translated: bool, readable: bool = True) -> Limits:
        """Return the limits for a search: whether photos were compared, and whether its text had to be translated.

        Nothing was measured on languages that can't be read: there the stricter limits for words count.
        """
        if photos:
            return self.photo_limits
        if not readable:
            return self.text_limits.stricter(self.translated_limits)
        return self.translated_limits if translated else self.text_limits

    def to_json(self) -> dict[str, Any]:
        """Return the model as JSON; infinite fields of terms are left out."""
        return {
            "format": FORMAT,
            "background_priors": {kind: asdict(prior) for kind, prior in self.background_priors.items()},
            "terms": {
                name: {field: value for field, value in asdict(term).items() if isfinite(value)}
                for name, term in self.terms.items()
            },
            "none_log_odds": self.none_log_odds,
            "none_growth": self.none_growth,
            "text_limits": asdict(self.text_limits),
            "translated_limits": asdict(self.translated_limits),
            "photo_limits": asdict(self.photo_limits),
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ScoringModel":
        """Read the JSON of `to_json`. Raises ValueError for another format."""
        if data["format"] != FORMAT:
            raise ValueError(f"Scoring models of format {data['format']} can't be read; this is format {FORMAT}.")
        return cls(
            background_priors={
                PairKind(kind): BackgroundPrior(**prior) for kind, prior in data["background_priors"].items()
            },
            terms=_ADDED_SINCE | {name: Term(**term) for name, term in data["terms"].items()},
            none_log_odds=data["none_log_odds"],
            none_growth=data.get("none_growth", 1.0),
            text_limits=Limits(**data["text_limits"]),
            translated_limits=Limits(**data.get("translated_limits", data["text_limits"])),
            photo_limits=Limits(**data["photo_limits"]),
            calibrated=data["calibrated"],
        )
