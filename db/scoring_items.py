"""Reads reports as scoring sees them."""

import struct
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from db.mapping import Row
from reunite.entities import ANOTHER, Report, ReportKind
from reunite.matching.evidence import Item

# Migration 0299 notes a change to any of these columns, and of those of photos.
FIELDS: Final = {
    "id": "r.id",
    "kind": "r.kind::text",
    "text": "r.text",
    "place": "r.place",
    "happened_at": "r.happened_at",
    "happened_on": "r.happened_on",
    "posted_at": "r.posted_at",
    "created_at": "r.created_at",
    "asked": "r.question ->> 'aspect'",
    "options": "r.question -> 'options'",
    "question_answer": "r.question_answer",
}
DETAILS: Final = f"SELECT {', '.join(f'{column} AS {name}' for name, column in FIELDS.items())} FROM report r"
REPORT_DETAILS: Final = f"{DETAILS} WHERE r.id = ANY(%(reports)s::uuid[])"
_ARRAY_HEADER, _ARRAY_DIMENSION = 12, 8
"""Bytes before the first element of a binary array."""
PhotoContent = tuple[bytes, str]
"""A photo's colours as a binary array, and the things that it shows."""
_KINDS: Final = {kind.value: kind for kind in ReportKind}


def photo_content(reports: str) -> str:
    """Return the query for what the photos of an array of reports show: one row, which is faster to read."""
    # LATERAL: otherwise the planner reads a small community's whole index of photos.
    return f"""SELECT array_agg(p.report_id) AS reports, array_agg(array_send(p.colours)) AS colours,
  array_agg(array_to_string(p.shows, E'\\n')) AS shows
FROM unnest({reports}::uuid[]) AS given (id) CROSS JOIN LATERAL (
  SELECT report_id, colours, shows FROM photo
  WHERE report_id = given.id AND state = 'stored' ORDER BY position) AS p"""


CONTENT: Final = ("reports", "colours", "shows")
"""The columns of `photo_content`."""
PHOTO_CONTENT: Final = photo_content("%(reports)s")


def fields_of(report: Report) -> Row:
    """Return a report's fields under the names of its columns."""
    return {
        "id": report.id,
        "kind": report.kind,
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_at,
        "happened_on": report.happened_on,
        "posted_at": report.posted_at,
        "created_at": report.created_at,
        "asked": report.question.aspect if report.question else None,
        "options": report.question.options if report.question else (),
        "question_answer": report.question_answer,
    }


def items_of(reports: Sequence[Row], seen: Row) -> list[Item]:
    """Combine reports with what their photos show."""
    photos: dict[UUID, list[PhotoContent]] = {}
    columns = [seen[name] or () for name in CONTENT]
    for report, *photo in zip(*columns, strict=True):
        photos.setdefault(report, []).append(tuple(photo))
    return [_item(row, photos.get(row["id"], ())) for row in reports]


def _item(row: Row, photos: Sequence[PhotoContent]) -> Item:
    stated_at: datetime | None = row["happened_at"]
    asked, answer, ruled_out = row["asked"], row["question_answer"] or "", ()
    if answer == ANOTHER:
        answer, ruled_out = "", tuple(row["options"])
    return Item(
        report=row["id"],
        kind=_KINDS[row["kind"]],
        text=row["text"],
        place=row["place"] or (answer if asked == "place" else ""),
        at=stated_at or row["posted_at"] or row["created_at"],
        time_is_stated=stated_at is not None,
        is_day=row["happened_on"] is not None,
        posted_at=row["posted_at"],
        colours=tuple([_colours(colours) for colours, _ in photos]),
        shows=_merged([shows for _, shows in photos if shows]),
        answered_colour=answer if asked == "colour" else "",
        ruled_out_colours=ruled_out if asked == "colour" else (),
        ruled_out_places=ruled_out if asked == "place" else (),
    )


def _merged(shows: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set("\n".join(shows).split("\n")))) if shows else ()


def _colours(packed: bytes) -> tuple[float, ...]:
    """Read an array of numbers in PostgreSQL's binary format."""
    dimensions = int.from_bytes(packed[:4], "big")
    size = int.from_bytes(packed[12:16], "big") if dimensions else 0
    return _numbers(size).unpack_from(packed, _ARRAY_HEADER + dimensions * _ARRAY_DIMENSION)


@cache
def _numbers(size: int) -> struct.Struct:
    return struct.Struct(">" + "4xf" * size)
