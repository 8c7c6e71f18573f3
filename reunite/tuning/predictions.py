"""Scores a labelled set's searches, by one scoring model or by models fitted without the search's thing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from reunite.entities import Label
from reunite.matching.evidence import Item
from reunite.matching.features import ReportFeatures, extract
from reunite.matching.scoring import score
from reunite.matching.shortlist import shortlist
from reunite.matching.weights import ScoringModel
from reunite.tuning.calibration import calibrate
from reunite.tuning.labelled_set import LabelledSearch, LabelledSet, assign_folds, narrow, sample_gallery
from reunite.tuning.missing import Missing, leave_out


@dataclass(frozen=True, slots=True)
class Prediction:
    """The result of a search, best candidate first, and which candidates are relevant."""

    query: UUID
    thing: UUID
    has_answer: bool
    """Whether there was anything to find."""
    posts: tuple[UUID, ...]
    probabilities: tuple[float, ...]
    labels: tuple[Label | None, ...]
    right: tuple[bool, ...]
    shown: tuple[bool, ...]
    """Whether the first reply shows the post to the owner."""

    @property
    def first(self) -> tuple[float, bool]:
        """The first candidate's probability and whether it is right; 0 and False without candidates."""
        return (self.probabilities[0], self.right[0]) if self.posts else (0.0, False)


def predict(
    labelled: LabelledSearch, model: ScoringModel, extract: Callable[[Item], ReportFeatures] = extract
) -> Prediction:
    scored = score(labelled.search, model, extract, explained=False)
    shown = {candidate.report for candidate in shortlist(scored)}
    return Prediction(
        query=labelled.query,
        thing=labelled.thing,
        has_answer=bool(labelled.relevant),
        posts=tuple(candidate.report for candidate in scored),
        probabilities=tuple(candidate.probability for candidate in scored),
        labels=tuple(candidate.label for candidate in scored),
        right=tuple(candidate.report in labelled.relevant for candidate in scored),
        shown=tuple(candidate.report in shown for candidate in scored),
    )


class Scorers:
    """Scores the searches of a set, each with the scoring model that goes with its thing."""

    def __init__(self, labelled: LabelledSet, model_for: Callable[[UUID], ScoringModel]) -> None:
        self._labelled = labelled
        self._model_for = model_for
        self._extract = lru_cache(maxsize=None)(extract)

    def predict(self, *, absent: float, size: int | None, seed: int, captions: bool = True) -> list[Prediction]:
        """Score every lost report's search, with a random share of the things absent from the gallery.

        Without `captions`, found reports with a photo have no words.
        """
        gallery = sample_gallery(self._labelled, absent=absent, size=size, seed=seed)
        missing = Missing() if captions else Missing(captions=gallery)
        return [
            predict(narrow(search, gallery), self._model_for(search.thing), self._extract)
            for search in leave_out(self._labelled.lost, missing)
        ]


def out_of_fold(
    labelled: LabelledSet, prior: ScoringModel, count: int, progress: Callable[[int], None] = lambda _: None
) -> Scorers:
    """Fit `count` scoring models, each without one fold's things and their reports, for the searches of that fold.

    Reports each model to `progress`. Raises TooLittleDataError.
    """
    fold_of = assign_folds(labelled, count)
    models = []
    for fold in range(count):
        others = {thing for thing, own in fold_of.items() if own != fold}
        models.append(calibrate(labelled.of(others), prior).scoring_model)
        progress(fold + 1)
    return Scorers(labelled, lambda thing: models[fold_of[thing]])
