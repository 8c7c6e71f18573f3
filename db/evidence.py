"""Reports as scoring knows them."""

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db.mapping import Row
from reunite.entities import ANOTHER, Report, ReportKind
from reunite.matching.evidence import Item

OF_ANY_STATE: Final = """
SELECT r.id, r.kind::text, r.text, r.place, r.happened_at, r.posted_at, r.created_at, r.question ->> 'aspect' AS asked,
  r.question -> 'options' AS options, r.question_answer
FROM report r WHERE r.id = ANY(%(reports)s::uuid[])
"""
SEEN: Final = """SELECT report_id, array_send(colours) AS colours, shows FROM photo
WHERE report_id = ANY(%(reports)s::uuid[]) AND state = 'stored' ORDER BY report_id, position"""
_ARRAY_HEADER, _ARRAY_DIMENSION = 12, 8
"""Bytes before the first element of a binary array."""


def fields_of(report: Report) -> Row:
    """Return a report's fields under the names of its columns."""
    return {
        "id": report.id,
        "kind": report.kind,
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_at,
        "posted_at": report.posted_at,
        "created_at": report.created_at,
        "asked": report.question.aspect if report.question else None,
        "options": report.question.options if report.question else (),
        "question_answer": report.question_answer,
    }


def items_of(reports: Sequence[Row], seen: Sequence[Row]) -> list[Item]:
    """Put reports and what is seen in their photos together."""
    photos: dict[UUID, list[Row]] = {}
    for row in seen:
        photos.setdefault(row["report_id"], []).append(row)
    return [_item(row, photos.get(row["id"], ())) for row in reports]


def _item(row: Row, photos: Sequence[Row]) -> Item:
    said: datetime | None = row["happened_at"]
    asked, answer, ruled_out = row["asked"], row["question_answer"] or "", ()
    if answer == ANOTHER:
        answer, ruled_out = "", tuple(row["options"])
    return Item(
        report=row["id"],
        kind=ReportKind(row["kind"]),
        text=row["text"],
        place=row["place"] or (answer if asked == "place" else ""),
        at=said or row["posted_at"] or row["created_at"],
        time_is_stated=said is not None,
        posted_at=row["posted_at"],
        colours=tuple([_colours(photo["colours"]) for photo in photos]),
        shows=tuple(sorted({thing for photo in photos for thing in photo["shows"]})),
        answered_colour=answer if asked == "colour" else "",
        ruled_out_colours=ruled_out if asked == "colour" else (),
        ruled_out_places=ruled_out if asked == "place" else (),
    )


def _colours(packed: bytes) -> tuple[float, ...]:
    """Read an array of numbers in PostgreSQL's binary format."""
    dimensions = int.from_bytes(packed[:4], "big")
    size = int.from_bytes(packed[12:16], "big") if dimensions else 0
    return struct.unpack_from(">" + "4xf" * size, packed, _ARRAY_HEADER + dimensions * _ARRAY_DIMENSION)
