"""Searches whose first found report may say nothing, among others."""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching import defaults
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.scoring import ScoredCandidate
from reunite.matching.weights import ScoringModel
from reunite.text.content import rare_candidates, significant_words
from reunite.text.rarity import rare_words
from tests.support.scoring import score

significant = cache(significant_words)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MODELS = {"concept": defaults.for_encoder("concept"), "prior": defaults.PRIOR}
WITH_CLIP = {**MODELS, "clip": defaults.for_encoder("clip")}
OPEN_COUNTS = (5, 21, 60)
KINDS = (PairKind.TEXT_PHOTO, PairKind.TEXT_TEXT)
OTHERS = (
    *("black umbrella", "grey hoodie", "a red scarf", "one white sneaker", "kids backpack", "a blue bottle"),
    *("reading glasses", "silver ring", "a plush rabbit", "tennis racket", "brown wallet", "earbuds in a case"),
)


def search(found: str, lost: str, open_count: int, model: ScoringModel, steps: float) -> Search:
    """Return a search; `steps` is by how many deviations the first found report stands out."""
    texts = [found, *(OTHERS[number % len(OTHERS)] for number in range(open_count - 1))]
    query = Item(UUID(int=0), ReportKind.LOST, lost, "", NOON, time_is_stated=False)
    wanted = rare_candidates(lost)
    holders = {
        word: {number: f"author {number}" for number, text in enumerate(texts) if word in significant(text)}
        for word in wanted
    }
    rare, boilerplate = rare_words({word: by for word, by in holders.items() if by}, {}, open_count)
    priors = model.background_priors
    candidates = tuple(
        Candidate(
            Item(
                UUID(int=number + 1), ReportKind.FOUND, text, "", NOON + timedelta(hours=number), time_is_stated=False
            ),
            {
                kind: priors[kind].mean + priors[kind].deviation * (steps if number == 0 else (number % 5 - 2) / 2)
                for kind in KINDS
            },
            tuple(sorted(rare.get(number, ()))),
        )
        for number, text in enumerate(texts)
    )
    background = {kind: Background(priors[kind].mean, priors[kind].deviation, open_count) for kind in KINDS}
    return Search(query, candidates, background, open_count, boilerplate=boilerplate)


def first_found(searched: Search, model: ScoringModel) -> ScoredCandidate:
    """Return the result for the first found report; one without any probability if it isn't among the results."""
    none = ScoredCandidate(UUID(int=1), 0.0, None, (), {})
    return next((scored for scored in score(searched, model) if scored.report == UUID(int=1)), none)
