"""A small open set of drawn pictures, with labels, and an encoder that tells its things apart as CLIP would."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from PIL import Image

from reunite.encoder import SHARED_SPACE, WHOLE, Framing, Pixels, Vectors, Views
from reunite.entities import ReportKind
from reunite.matching.evidence import Item, Search, Source
from reunite.tuning.comparison import EmbeddedReport, compare
from tests.support.clip_cosines import ClipLike

Sides = Sequence[Source]

THINGS: Final = 30
NOON: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
_SIDE, _STRIPES = 56, 8  # too small for stripes at the edges to be cut off as a screenshot's bars


def write_open_set(folder: Path) -> dict[str, bytes]:
    """Write the labels of found reports with a photo, each lost twice; return the photos by the path at their host."""
    files = {f"{number}.png": _picture(number) for number in range(THINGS)}
    found_reports = [{"id": f"f{number}", "photos": [f"photos/{number}.png"]} for number in range(THINGS)]
    lost_reports = [
        {"id": f"l{number}", "photos": [], "text": f"item {number % THINGS}", "matches": [f"f{number % THINGS}"]}
        for number in range(2 * THINGS)
    ]
    for name, rows in (("gallery", found_reports), ("queries", lost_reports)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    out = io.StringIO()
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow(["photo", "repository", "commit", "path", "sha256", "bytes", "licence"])
    for name, data in files.items():
        table.writerow([name, "org/set", "abc123", f"images/{name}", sha256(data).hexdigest(), len(data), "CC0 1.0"])
    (folder / "photos.tsv").write_text(out.getvalue(), "utf-8")
    return {f"org/set/abc123/images/{name}": data for name, data in files.items()}


def _picture(number: int) -> bytes:
    """Draw a number as dark and light stripes, which survive any JPEG."""
    stripes = np.array([255 if number >> bit & 1 else 0 for bit in range(_STRIPES)], np.uint8)
    columns = np.repeat(stripes, _SIDE // _STRIPES)
    out = io.BytesIO()
    Image.fromarray(np.tile(columns[None, :, None], (_SIDE, 1, 3))).save(out, "PNG")
    return out.getvalue()


@dataclass
class StandInEncoder:
    """Knows a picture's stripes and a text's last word, and gives vectors with CLIP's cosines."""

    version: str = "stand-in-1"
    draws: ClipLike = field(default_factory=lambda: ClipLike(np.random.default_rng(7)))
    encoded: int = 0

    @property
    def framing(self) -> Framing:
        return WHOLE

    @property
    def spaces(self) -> Mapping[str, int]:
        return {SHARED_SPACE: len(self.draws.photo(0)[0])}

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        self.encoded += len(images)
        return {SHARED_SPACE: np.concatenate([self.draws.photo(_number(views[0])) for views in images])}

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        return {SHARED_SPACE: np.concatenate([self.draws.text(int(text.split()[-1])) for text in texts])}


def _number(image: Pixels) -> int:
    width = image.shape[1] // _STRIPES
    return sum((image[0, bit * width + width // 2, 0] > 128) << bit for bit in range(_STRIPES))


def fresh_search(
    draws: ClipLike, size: int, number: int, *, there: bool, sides: tuple[Sides, Sides] = (("text",), ("photo",))
) -> tuple[Search, UUID]:
    """Search for a new thing among reports about new ones; the first is about the same thing if it is `there`.

    `sides` are what the lost report and the found ones consist of.
    """
    lost, found = sides
    query, *items = (
        Item(UUID(int=place), ReportKind.FOUND if place else ReportKind.LOST, "", "", NOON, time_is_stated=False)
        for place in range(size + 1)
    )
    found_reports = [
        _embedded(draws, item, (number, place), found) for place, item in enumerate(items, start=0 if there else 1)
    ]
    return compare([_embedded(draws, query, (number, 0), lost)], found_reports)[0], items[0].report


def _embedded(draws: ClipLike, item: Item, thing: object, sides: Sides) -> EmbeddedReport:
    photos = {SHARED_SPACE: draws.photo(thing)} if "photo" in sides else {}
    return EmbeddedReport(item, photos, {SHARED_SPACE: draws.text(thing)} if "text" in sides else {})
