"""A bare photo against a description: their similarity is all there is, and counts for more."""

from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Candidate, Item, PairKind
from reunite.matching.measurement import similarity_evidence
from reunite.matching.weights import ONLY_VIEW
from tests.support.labelled_sets import LONG_AGO

FIND = Item(UUID(int=1), ReportKind.FOUND, "", "", LONG_AGO, time_is_stated=False)


@pytest.mark.parametrize("kind", [PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT])
def test_the_only_similarity_of_text_and_photo_counts_again(kind: PairKind) -> None:
    evidence = similarity_evidence({}, Candidate(FIND, {kind: 0.25}), PRIOR)
    assert evidence[ONLY_VIEW] == evidence[kind]


@pytest.mark.parametrize(
    "kinds",
    [
        (PairKind.TEXT_PHOTO, PairKind.TEXT_TEXT),
        (PairKind.PHOTO_PHOTO,),
        (PairKind.TEXT_TEXT,),
        (PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO),
        (),
    ],
)
def test_anything_else_to_compare_is_not_the_only_view(kinds: tuple[PairKind, ...]) -> None:
    assert ONLY_VIEW not in similarity_evidence({}, Candidate(FIND, dict.fromkeys(kinds, 0.6)), PRIOR)
