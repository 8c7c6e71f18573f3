"""The posts of a labelled set: read from JSON lines, and published in a trial community."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from cli.errors import UsageError
from cli.progress import progress_bar
from cli.trial import Trial
from reunite import rules
from reunite.entities import ReportKind

_MAX_WAITING: Final = 64
"""How many reports may wait for the worker before the next one is posted."""


class SetPost(BaseModel):
    """One line of the file, without its known answers (`matches`)."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: str
    photos: tuple[Path, ...] = ()
    text: str = ""
    place: str = ""
    at: datetime | None = None
    posted: datetime | None = None
    """When it was posted, if the set says so."""

    @field_validator("photos", mode="before")
    @classmethod
    def _no_photos(cls, photos: object) -> object:
        return photos or ()

    @field_validator("text", "place", mode="before")
    @classmethod
    def _no_words(cls, words: object) -> object:
        return words or ""

    @field_validator("at", "posted")
    @classmethod
    def _with_zone(cls, time: datetime | None) -> datetime | None:
        """Take a time in UTC if it doesn't say otherwise."""
        return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)

    @property
    def posted_text(self) -> str:
        """The text, cut to the length that a post can have."""
        return self.text[: rules.MAX_TEXT].strip()


def read_posts(path: Path) -> list[SetPost]:
    """Read a JSON-lines file of a set. Raises UsageError for a line in another format."""
    try:
        lines = path.read_text("utf-8").split("\n")  # not splitlines: a text may contain U+2028
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} can't be read: it isn't UTF-8 ({error.reason}).") from error
    return [_read(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _read(path: Path, number: int, line: str) -> SetPost:
    try:
        post = SetPost.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}: " for part in first["loc"])
        raise UsageError(f"{path}, line {number} isn't a valid post: {where}{first['msg']}.") from error
    return post.model_copy(update={"photos": tuple(path.parent / photo for photo in post.photos)})


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
