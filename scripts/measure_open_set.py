"""Calibrates on the open set with drawn vectors of CLIP's cosines, and prints how labels fare on other things.

python scripts/measure_open_set.py PHOTOS [--vectors FOLDER]

PHOTOS is the folder with the open set's photos (`open-set` in the data folder); only their colours are read. FOLDER may
have published vectors of photos and, row by row, of their captions: coco_b16_image.npy and coco_b16_text.npy.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np

from reunite.encoder import SHARED_SPACE, Vectors
from reunite.entities import ReportKind
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Item, Search
from reunite.matching.scoring import score
from reunite.matching.weights import ScoringModel
from reunite.tuning.comparison import EmbeddedReport, compare
from reunite.tuning.labelled_set import label_searches
from tests.support.clip_cosines import ClipLike
from tests.support.open_sets import NOON, Sides, fresh_search
from workers.decoder.pool import Decoders
from workers.open_set.fitting import fit
from workers.open_set.labels import LabelledReport, OpenSet, read_open_set

_SEARCHES: Final = 400
"""For things that are there, and as many for things that aren't."""
_SIZES: Final = (30, 100)
_COMPARED: Final[Mapping[str, tuple[Sides, Sides]]] = {
    "text – photo": (("text",), ("photo",)),
    "photo – text": (("photo",), ("text",)),
    "text – photo with words": (("text",), ("photo", "text")),
    "photo – photo": (("photo",), ("photo",)),
    "photo with words – photo with words": (("photo", "text"), ("photo", "text")),
}
Draw = Callable[[int], tuple[Search, UUID]]
"""Draws the search of a number, whose thing is there if it's even, and returns which report would be right."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    model = asyncio.run(_fitted(read_open_set(), options.photos))
    print(model.to_json())
    for name, draw in _draws(options.vectors):
        print(name, _labels(model, draw))


async def _fitted(open_set: OpenSet, folder: Path) -> ScoringModel:
    answers = {report.id: report.matches for report in open_set.lost}
    thing_of = _things(open_set)
    draws = ClipLike(np.random.default_rng(1))
    reports = (*open_set.found, *open_set.lost)
    async with Decoders() as decoders:
        embedded = [await _embedded(report, thing_of[report.id], draws, folder, decoders) for report in reports]
    split = len(open_set.found)
    return fit(embedded[:split], embedded[split:], answers, PRIOR).scoring_model


def _things(open_set: OpenSet) -> Mapping[UUID, UUID]:
    """Return which thing each report is about."""
    lost, found = ([Search(_item(report), (), {}, 0) for report in side] for side in (open_set.lost, open_set.found))
    labelled = label_searches(lost, found, {report.id: report.matches for report in open_set.lost})
    return {search.query: search.thing for search in (*labelled.lost, *labelled.found)}


async def _embedded(
    report: LabelledReport, thing: UUID, draws: ClipLike, folder: Path, decoders: Decoders
) -> EmbeddedReport:
    decoded = [await decoders.decode((folder / name).read_bytes()) for name in report.photos]
    photos = {SHARED_SPACE: np.concatenate([draws.photo(thing) for _ in decoded])} if decoded else {}
    item = _item(report, tuple(tuple(photo.colours) for photo in decoded))
    return EmbeddedReport(item, photos, {SHARED_SPACE: draws.text(thing)} if report.text else {})


def _item(report: LabelledReport, colours: tuple[tuple[float, ...], ...] = ()) -> Item:
    return Item(report.id, report.kind, report.text, report.place, report.at, report.time_is_stated, colours)


def _draws(vectors: Path | None) -> Iterator[tuple[str, Draw]]:
    for (name, sides), size in product(_COMPARED.items(), _SIZES):
        draws = ClipLike(np.random.default_rng(size))
        yield f"{name}, {size} open", partial(_drawn, draws, size, sides)
    if vectors:
        photos, texts = (
            np.load(vectors / f"coco_b16_{side}.npy", allow_pickle=False).astype(np.float32)
            for side in ("image", "text")
        )
        for size in _SIZES:
            yield f"published, {size} open", partial(_published, np.random.default_rng(size), photos, texts, size)


def _drawn(draws: ClipLike, size: int, sides: tuple[Sides, Sides], number: int) -> tuple[Search, UUID]:
    return fresh_search(draws, size, number, there=number % 2 == 0, sides=sides)


def _published(
    rng: np.random.Generator, photos: Vectors, texts: Vectors, size: int, number: int
) -> tuple[Search, UUID]:
    first, *others = rng.choice(len(photos), size + 1, replace=False)
    query, *items = (
        Item(UUID(int=place), ReportKind.FOUND if place else ReportKind.LOST, "", "", NOON, time_is_stated=False)
        for place in range(size + 1)
    )
    rows = others if number % 2 else [first, *others[:-1]]
    found = [EmbeddedReport(item, {SHARED_SPACE: photos[[row]]}, {}) for item, row in zip(items, rows, strict=True)]
    return compare([EmbeddedReport(query, {}, {SHARED_SPACE: texts[[first]]})], found)[0], items[0].report


def _labels(model: ScoringModel, draw: Draw) -> str:
    given, right = {True: 0, False: 0}, 0
    for number in range(2 * _SEARCHES):
        there = number % 2 == 0
        search, thing = draw(number)
        reports = [candidate.report for candidate in score(search, model) if candidate.label]
        given[there] += bool(reports)
        right += there and thing in reports
    labels_right = right / max(1, sum(given.values()))
    return f"right labelled {right / _SEARCHES:.3f}, absent {given[False] / _SEARCHES:.3f}, right {labels_right:.3f}"


if __name__ == "__main__":
    main()
