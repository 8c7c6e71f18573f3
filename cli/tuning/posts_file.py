"""The posts of a labelled set: read from JSON lines, and published in a trial community."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cli.errors import UsageError
from cli.progress import progress_bar
from cli.trial import Trial
from reunite import rules
from reunite.entities import ReportKind

_MAX_WAITING: Final = 64
"""How many reports may wait for the worker before the next one is posted."""


@dataclass(frozen=True, slots=True)
class SetPost:
    """One line of the file, without its known answers (`matches`)."""

    id: str
    photos: tuple[Path, ...]
    text: str
    place: str
    at: datetime | None
    posted: datetime | None
    """When it was posted, if the set says so."""

    @property
    def posted_text(self) -> str:
        """The text, cut to the length that a post can have."""
        return self.text[: rules.MAX_TEXT].strip()


def read_posts(path: Path) -> list[SetPost]:
    """Read a JSON-lines file of a set. Raises UsageError for a line in another format."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(_row(json.loads(line), path.parent))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise UsageError(f"{path}, line {number} isn't a valid post: {error!r}.") from error
    return rows


def _row(data: Mapping[str, Any], folder: Path) -> SetPost:
    return SetPost(
        id=str(data["id"]),
        photos=tuple(folder / photo for photo in data.get("photos") or ()),
        text=data.get("text") or "",
        place=data.get("place") or "",
        at=_time(data.get("at")),
        posted=_time(data.get("posted")),
    )


def _time(value: str | None) -> datetime | None:
    """Read a time of a set, in UTC if it doesn't say otherwise."""
    time = datetime.fromisoformat(value) if value else None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


async def publish(trial: Trial, kind: ReportKind, rows: Sequence[SetPost]) -> list[UUID]:
    """Post reports, wait until the worker has processed them all, and return their ids."""
    reports = []
    with progress_bar(f"{kind} reports", len(rows)) as progress:
        for row in rows:
            report = await trial.report(
                kind, row.id, text=row.text, place=row.place, at=row.at, posted=row.posted, photos=row.photos
            )
            reports.append(report.id)
            while (waiting := await trial.unfinished()) > _MAX_WAITING:
                progress(len(reports) - waiting)
                await asyncio.sleep(0.05)
        while waiting := await trial.unfinished():
            progress(len(reports) - waiting)
            await asyncio.sleep(0.05)
        progress(len(reports))
    return reports
