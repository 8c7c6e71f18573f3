"""`reunite export`: a community's reports as a CSV file, with their photos."""

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Final
from uuid import UUID
from zipfile import ZipFile

from cli.communities import chosen
from cli.errors import UsageError
from cli.history.cells import shielded
from cli.history.listing import COLUMNS
from cli.progress import progress_bar
from cli.servers import Servers
from db.items import Item
from db.session import CommunitySession
from db.store import Store

FILE: Final = "reports.csv"
_COLUMNS: Final = (*COLUMNS, "author", "platform", "posted_at", "created_at")
_TOGETHER: Final = 50
"""Reports that are read at once."""
_OWNER_ONLY, _OWNERS_FOLDER = 0o600, 0o700
Write = Callable[[str, bytes], None]


@dataclass
class Exported:
    """What was written. `left_out` counts sealed and private reports that weren't."""

    left_out: int
    reports: int = 0
    photos: int = 0


async def run(where: Servers, community: str | None, out: Path, *, sealed: bool) -> Exported:
    """Write a community's reports. Raises UsageError where `out` can't be written."""
    async with Store(where.database_url, connections=1, keys=where.keys) as store:
        meant = await chosen(store, community)
        async with store.session(meant.id) as session:
            everything = await session.history.reports()
        wanted = [report for report, is_hidden in everything if sealed or not is_hidden]
        exported, table = Exported(len(everything) - len(wanted)), StringIO()
        rows = csv.DictWriter(table, _COLUMNS, quoting=csv.QUOTE_ALL)
        rows.writeheader()
        with _opened(out) as write, progress_bar("Exporting", len(wanted)) as show:
            for start in range(0, len(wanted), _TOGETHER):
                async with store.session(meant.id) as session:
                    for item, photos in await _read(session, wanted[start : start + _TOGETHER], write):
                        rows.writerow({name: shielded(cell) for name, cell in row(item, photos).items()})
                        exported.reports += 1
                        exported.photos += len(photos)
                show(exported.reports)
            write(FILE, table.getvalue().encode("utf-8-sig"))  # spreadsheets know UTF-8 by its mark
    return exported


async def _read(session: CommunitySession, reports: Sequence[UUID], write: Write) -> list[tuple[Item, list[str]]]:
    """Read reports, and write their photos; return the photos' names with each."""
    items = await session.items.of(reports)
    return [
        (items[report], await _write_photos(session, items[report], write)) for report in reports if report in items
    ]


def row(item: Item, photos: list[str]) -> dict[str, str]:
    """Return a report's cells; those that `reunite import` knows come first."""
    report = item.report
    return {
        "id": str(report.id),
        "kind": report.kind,
        "text": report.text,
        "place": report.place,
        "happened_at": _time(report.happened_at),
        "photos": ";".join(photos),
        "sealed": _flag(report.sealed),
        "private": _flag(report.private),
        "category": report.category,
        "state": report.state,
        "author": report.author.name,
        "platform": report.target.platform,
        "posted_at": _time(report.posted_at),
        "created_at": _time(report.created_at),
    }


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _flag(is_on: bool) -> str:  # noqa: FBT001 - a cell's value
    return "yes" if is_on else "no"


async def _write_photos(session: CommunitySession, item: Item, write: Write) -> list[str]:
    names = []
    for photo in item.photos:
        if copy := await session.photos.stored_copy(photo.id):
            names.append(f"photos/{item.report.id}-{photo.position + 1}.jpg")
            write(names[-1], copy)
    return names


@contextmanager
def _opened(out: Path) -> Iterator[Write]:
    """Open a folder or an archive that only its owner may read; it gets its name when it's complete."""
    if out.exists():
        raise UsageError(f"{out} is there already. Choose another name, or move it away.")
    unfinished = out.with_name(f"{out.name}.part")
    try:
        if out.suffix.casefold() == ".zip":
            with _archive(unfinished) as write:
                yield write
        else:
            shutil.rmtree(unfinished, ignore_errors=True)  # of an export that was killed
            unfinished.mkdir(_OWNERS_FOLDER)
            (unfinished / "photos").mkdir()
            yield lambda name, data: _write(unfinished / name, data)
        unfinished.rename(out)
    except OSError as error:
        raise UsageError(f"{out} can't be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)  # where it's a folder
        with suppress(OSError):
            unfinished.unlink()


@contextmanager
def _archive(file: Path) -> Iterator[Write]:
    file.unlink(missing_ok=True)
    file.touch(_OWNER_ONLY)
    with ZipFile(file, "w") as archive:
        yield archive.writestr


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
