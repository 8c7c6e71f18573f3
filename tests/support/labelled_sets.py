"""Labelled sets from random numbers: cosines that follow an encoder's known ranges, and nothing else."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np

from reunite.entities import ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.tuning.labelled_set import LabelledSet, label_searches

NOUNS = ("bottle", "scarf", "umbrella", "wallet", "backpack", "hat", "book", "key", "camera", "glove")
COLOURS = ("red", "blue", "green", "black", "white", "yellow")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
RANGES = {
    PairKind.PHOTO_PHOTO: (0.55, 0.07, 0.85, 0.06),
    PairKind.TEXT_PHOTO: (0.19, 0.025, 0.28, 0.03),
    PairKind.PHOTO_TEXT: (0.19, 0.025, 0.28, 0.03),
    PairKind.TEXT_TEXT: (0.70, 0.05, 0.85, 0.05),
}
"""CLIP's: mean and deviation of wrong pairs' cosines, then of right pairs'."""


def drawn_set(  # noqa: PLR0913 - what a set may differ in
    things: int = 60, others: int = 60, *, asked: int = 2, seed: int = 0, scale: float = 1.0, offset: float = 0.0
) -> LabelledSet:
    """Found reports with a photo each; the first `things` of them are searched for, by words and by photo in turn."""
    rng = np.random.default_rng(seed)
    found_reports = [_item(1, number, ReportKind.FOUND) for number in range(things + others)]
    lost_reports = [_item(2, number, ReportKind.LOST) for number in range(things * asked)]
    cosine = rng.normal(size=(len(lost_reports), len(found_reports)))
    answers = {lost.report: [found_reports[number // asked].report] for number, lost in enumerate(lost_reports)}

    def similarity(lost: int, found: int, kind: PairKind) -> float:
        wrong, wrong_deviation, right, right_deviation = RANGES[kind]
        is_right = lost // asked == found
        mean, deviation = (right, right_deviation) if is_right else (wrong, wrong_deviation)
        return offset + scale * float(np.clip(mean + deviation * cosine[lost, found], -1, 1))

    def search(position: int, item: Item) -> Search:
        forward = item.kind is ReportKind.LOST
        candidates = []
        for number, other in enumerate(found_reports if forward else lost_reports):
            lost, found = (position, number) if forward else (number, position)
            kind = PairKind.PHOTO_PHOTO if lost % 2 else PairKind.TEXT_PHOTO if forward else PairKind.PHOTO_TEXT
            candidates.append(Candidate(other, {kind: similarity(lost, found, kind)}))
        return Search(item, tuple(candidates), open_count=len(candidates))

    whole = label_searches(
        [search(position, item) for position, item in enumerate(lost_reports)],
        [search(position, item) for position, item in enumerate(found_reports)],
        answers,
    )
    return whole.of({case.thing for case in (*whole.lost, *whole.found)})  # which measures the backgrounds


def _item(side: int, number: int, kind: ReportKind) -> Item:
    return Item(UUID(int=side * 2**64 + number), kind, "", "", LONG_AGO, time_is_stated=False)


def write_set(folder: Path, things: int, lost: int) -> Path:
    folder.mkdir()
    names = [f"{COLOURS[number % 6]} {NOUNS[number % 10]}" for number in range(things)]
    found_reports = [
        {"id": f"f{number}", "photos": [], "text": f"{name} zk{number}"} for number, name in enumerate(names)
    ]
    queries = [
        {
            "id": f"q{number}",
            "photos": [],
            "text": names[number % things] + (f" zk{number % things}" if number % 3 else ", lost it yesterday"),
            "matches": [f"f{number % things}"],
        }
        for number in range(lost)
    ]
    for name, rows in (("gallery", found_reports), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return folder


def with_vectors(folder: Path) -> tuple[str, ...]:
    """Write a vector for each text of a set, alike for texts of one name; return the options that name the file."""
    rows = [json.loads(line) for name in ("gallery", "queries") for line in (folder / f"{name}.jsonl").open()]
    texts = sorted({row["text"] for row in rows})
    names = [f"{colour} {noun}" for colour in COLOURS for noun in NOUNS]
    rng = np.random.default_rng(0)
    vectors = np.array([[text.startswith(name) for name in names] + rng.normal(0, 0.1, len(names)) for text in texts])
    nothing = np.zeros((0, len(names)))
    path = folder / "vectors.npz"
    np.savez(path, photos=nothing, photo_names=np.array([], str), texts=vectors, text_strings=np.array(texts))
    return "--vectors", str(path), "--as", "openai/clip-vit-large-patch14"
