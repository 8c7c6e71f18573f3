"""CLIP's weights before any calibration, on cosines drawn from statistics of published vectors.

Sources of the statistics (OpenAI's B/32, for COCO B/16): captions and photos of Flickr8k and COCO; captions of one
photo; photos of a real lost-and-found; two photos of one subject are .885 similar on average (DreamBooth's CLIP-I).
Wrong pairs have a longer tail than a normal distribution: 2.6 deviations at the 99th percentile, 3.6 at the 99.9th.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from reunite.entities import ReportKind
from reunite.matching.defaults import PRIOR, for_encoder
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.scoring import MAX_LABELS
from tests.support.scoring import score

CLIP: Final = for_encoder("clip")
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
SEARCHES: Final = 300
"""For a single kind of pair. With more, more is labelled, and fewer searches tell as much."""
NEAREST: Final = 50
"""How many of each kind of pair a search compares (docs/matching.md)."""
COMMON: Final = 0.2
"""How much of the variance all pair kinds of two reports share: the kind of thing is in the photo and in the words."""


@dataclass(frozen=True)
class Cosines:
    """Of wrong pairs: mean, deviation within a search, and spread of the searches' means; of right pairs: two."""

    wrong: float
    deviation: float
    spread: float
    right: float
    right_deviation: float


TEXT_PHOTO, PHOTO_TEXT = Cosines(0.170, 0.041, 0.020, 0.325, 0.029), Cosines(0.175, 0.043, 0.015, 0.325, 0.029)
TEXT_TEXT = Cosines(0.501, 0.090, 0.059, 0.771, 0.098)
PHOTO_PHOTO = Cosines(0.549, 0.081, 0.043, 0.86, 0.07)
COCO = Cosines(0.162, 0.043, 0.020, 0.310, 0.032)
BARE = {PairKind.TEXT_PHOTO: TEXT_PHOTO}
BARE_COCO = {PairKind.TEXT_PHOTO: COCO}
REVERSE = {PairKind.PHOTO_TEXT: PHOTO_TEXT}
WITH_WORDS = {PairKind.TEXT_PHOTO: TEXT_PHOTO, PairKind.TEXT_TEXT: TEXT_TEXT}
PHOTOS = {PairKind.PHOTO_PHOTO: PHOTO_PHOTO}
PHOTOS_WITH_WORDS = {**PHOTOS, PairKind.TEXT_TEXT: TEXT_TEXT}
Kinds = dict[PairKind, Cosines]
OFTEN = ("backpack", "phone", "wallet", "keys", "water bottle")
LOST_THINGS = (*OFTEN * 3, "umbrella", "jacket", "glasses", "scarf", "earphones", "watch", "teapot", "camera", "violin")
FINDERS_WHO_NAME = 0.85


def item(number: int, kind: ReportKind) -> Item:
    return Item(UUID(int=number), kind, "", "", NOON, time_is_stated=False)


LOST, FOUND = item(0, ReportKind.LOST), [item(number, ReportKind.FOUND) for number in range(1, 101)]


def drawn(rng: np.random.Generator, kinds: Kinds, size: int, *, there: bool) -> Search:
    """A search among `size` found reports; the first is the right one if it is there."""
    common, common_right = rng.normal(size=size), rng.normal()
    columns: dict[PairKind, NDArray[np.float64]] = {}
    for kind, known in kinds.items():
        own = rng.standard_t(10, size) * np.sqrt(0.8)
        noise = np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * own
        column = known.wrong + known.spread * rng.normal() + known.deviation * noise
        if there:
            noise_right = np.sqrt(COMMON) * common_right + np.sqrt(1 - COMMON) * rng.normal()
            column[0] = known.right + known.right_deviation * noise_right
        columns[kind] = column.clip(-1, 1)
    nearest = sorted({0} | {int(place) for column in columns.values() for place in column.argsort()[-NEAREST:]})
    return Search(
        LOST,
        tuple(
            Candidate(FOUND[place], {kind: float(column[place]) for kind, column in columns.items()})
            for place in nearest
        ),
        {kind: Background(float(column.mean()), float(column.std()), size) for kind, column in columns.items()},
        size,
    )


def naming(rng: np.random.Generator, search: Search, *, there: bool) -> Search:
    """Let owners and most finders name their things; the wrong ones that sound most alike are of the same kind."""
    first, *others = search.candidates
    wrong = sorted(others if there else search.candidates, key=lambda c: -c.similarities[PairKind.TEXT_TEXT])
    thing, *names = (str(name) for name in rng.choice(LOST_THINGS, 1 + len(wrong)))
    names.sort(key=lambda name: name != thing)
    named = [(first, thing)] * there + list(zip(wrong, names, strict=True))
    return replace(
        search,
        query=replace(search.query, text=f"my {thing}"),
        candidates=tuple(
            candidate._replace(item=replace(candidate.item, text=f"a {name}" * (rng.random() < FINDERS_WHO_NAME)))
            for candidate, name in named
        ),
    )


def labelled(kinds: Kinds, size: int, *, there: bool, named: bool = False) -> tuple[int, int]:
    """Return in how many searches anything was labelled, and in how many the thing was."""
    rng = np.random.default_rng(size)
    any_label = right = 0
    for _ in range(SEARCHES // len(kinds)):
        search = drawn(rng, kinds, size, there=there)
        if named:
            search = naming(rng, search, there=there)
        scored = score(search, CLIP, limit=MAX_LABELS, with_reasons=False)
        reports = [candidate.report for candidate in scored if candidate.label]
        any_label += bool(reports)
        right += there and FOUND[0].report in reports
    return any_label, right


@pytest.mark.untraced
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kinds", "size", "least"),
    [
        (BARE, 30, 0.20),
        (BARE, 100, 0.08),
        (BARE_COCO, 30, 0.20),
        (BARE_COCO, 100, 0.08),
        (REVERSE, 30, 0.20),
        (WITH_WORDS, 30, 0.75),
        (WITH_WORDS, 100, 0.55),
        (PHOTOS, 30, 0.45),
        (PHOTOS, 100, 0.25),
        (PHOTOS_WITH_WORDS, 30, 0.75),
        (PHOTOS_WITH_WORDS, 100, 0.55),
    ],
)
def test_labels_are_given_on_the_first_day_and_hold(kinds: Kinds, size: int, least: float) -> None:
    any_label, right = labelled(kinds, size, there=True)
    false_labels, _ = labelled(kinds, size, there=False)
    searches = SEARCHES // len(kinds)
    assert right >= least * searches
    assert false_labels <= 0.06 * searches
    assert right >= 0.80 * (any_label + false_labels)


@pytest.mark.untraced
@pytest.mark.slow
@pytest.mark.parametrize(("size", "least"), [(30, 0.75), (100, 0.55)])
@pytest.mark.parametrize("kinds", [WITH_WORDS, PHOTOS_WITH_WORDS])
def test_labels_hold_where_most_things_are_of_common_kinds(kinds: Kinds, size: int, least: float) -> None:
    any_label, right = labelled(kinds, size, there=True, named=True)
    false_labels, _ = labelled(kinds, size, there=False, named=True)
    searches = SEARCHES // len(kinds)
    assert right >= least * searches
    assert false_labels <= 0.06 * searches
    assert right >= 0.90 * (any_label + false_labels)


@pytest.mark.parametrize("encoder", ["clip", "concept"])
@pytest.mark.parametrize("size", [1, 5, 100, 10_000])
@pytest.mark.parametrize("mean", [0.3, 0.55, 0.8, 0.95])
def test_a_copy_of_a_photo_is_always_labelled(encoder: str, size: int, mean: float) -> None:
    others = [Candidate(found, {PairKind.PHOTO_PHOTO: mean}) for found in FOUND[1 : min(size, 50)]]
    copy = Candidate(FOUND[0], {PairKind.PHOTO_PHOTO: 0.985})
    background = {PairKind.PHOTO_PHOTO: Background(mean, 0.02, size)}
    scored = score(Search(LOST, (*others, copy), background, size), for_encoder(encoder))
    assert (scored[0].report, scored[0].label is None) == (copy.item.report, False)


@pytest.mark.parametrize(
    ("cosine", "mean", "shade", "probable"),
    [
        (0.95, 0.27, 0.0, (0.9, 1.0)),
        (0.93, 0.27, 0.0, (0.0, 0.5)),
        (0.95, 0.27, 0.4, (0.0, 0.5)),
        (0.95, 0.55, 0.0, (0.0, 0.5)),
    ],
    ids=["a worn copy", "too different", "in another colour", "among lookalikes"],
)
def test_a_worn_copy_counts_where_it_stands_out_in_the_same_colours(
    cosine: float, mean: float, shade: float, probable: tuple[float, float]
) -> None:
    seen = (1.0 - shade, shade, *[0.0] * 16)
    lost, found = replace(LOST, colours=((1.0, *[0.0] * 17),)), replace(FOUND[0], colours=(seen,))
    background = {PairKind.PHOTO_PHOTO: Background(mean, 0.055, 10_000)}
    searched = Search(lost, (Candidate(found, {PairKind.PHOTO_PHOTO: cosine}),), background, 300_000)
    [scored] = score(searched, for_encoder("concept"))
    least, most = probable
    assert least < scored.probability < most


def test_calibrations_dont_start_from_these_weights() -> None:
    assert PRIOR.terms[PairKind.TEXT_PHOTO] != CLIP.terms[PairKind.TEXT_PHOTO]
    assert not CLIP.calibrated
