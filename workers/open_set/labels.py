"""The labels of the open set: its reports, which of them match, and where their photos are published."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final
from uuid import UUID

from reunite.entities import ReportKind
from reunite.tuning.labelled_set import report_id

LISTS: Final = ("gallery.jsonl", "queries.jsonl", "photos.tsv")
_UNSTATED: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Origin:
    """A published photo: its path below the base URL, its licence, and its expected hash and size."""

    name: str
    path: str
    sha256: str
    size: int
    licence: str


@dataclass(frozen=True, slots=True)
class LabelledReport:
    """A report of the set. `matches` are the found reports of the same thing."""

    id: UUID
    kind: ReportKind
    photos: tuple[str, ...]
    text: str
    place: str
    at: datetime
    time_is_stated: bool
    matches: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class OpenSet:
    found: tuple[LabelledReport, ...]
    lost: tuple[LabelledReport, ...]
    origins: Mapping[str, Origin]
    """By the photos' file names."""


def read_open_set(folder: Traversable | None = None) -> OpenSet:
    """Read the labels in this package, or in a folder of the same structure."""
    folder = folder or resources.files("workers.open_set")
    gallery, queries, photos = (folder.joinpath(name).read_text("utf-8") for name in LISTS)
    origins = (_origin(row) for row in csv.DictReader(io.StringIO(photos), delimiter="\t"))
    return OpenSet(
        tuple(_report(ReportKind.FOUND, json.loads(line)) for line in gallery.splitlines()),
        tuple(_report(ReportKind.LOST, json.loads(line)) for line in queries.splitlines()),
        {origin.name: origin for origin in origins},
    )


def _origin(row: Mapping[str, str]) -> Origin:
    path = f"{row['repository']}/{row['commit']}/{row['path']}"
    return Origin(row["photo"], path, row["sha256"], int(row["bytes"]), row["licence"])


def _report(kind: ReportKind, row: Mapping[str, Any]) -> LabelledReport:
    stated = row.get("at")
    return LabelledReport(
        id=report_id(kind, row["id"]),
        kind=kind,
        photos=tuple(path.rpartition("/")[2] for path in row["photos"]),
        text=row.get("text", ""),
        place=row.get("place", ""),
        at=datetime.fromisoformat(stated).replace(tzinfo=UTC) if stated else _UNSTATED,
        time_is_stated=bool(stated),
        matches=frozenset(report_id(ReportKind.FOUND, match) for match in row.get("matches", ())),
    )
