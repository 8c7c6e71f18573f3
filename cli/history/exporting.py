"""`reunite export`: a community's reports as a CSV file, with their photos."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from zipfile import ZipFile

from cli.communities import find_community
from cli.progress import progress_bar
from cli.servers import Servers
from cli.unfinished import unfinished
from db.items import Item
from db.report_csv import REPORTS_PER_READ, Table, wanted
from db.session import CommunitySession
from db.store import Store

FILE: Final = "reports.csv"
_OWNER_ONLY, _OWNERS_FOLDER = 0o600, 0o700
Write = Callable[[str, bytes], object]


@dataclass
class Exported:
    """The result of an export. `left_out` counts the sealed and private reports that aren't in it."""

    left_out: int
    reports: int = 0
    photos: int = 0


async def run(where: Servers, community: str | None, out: Path, *, sealed: bool) -> Exported:
    """Write a community's reports. Raises UsageError where `out` can't be written."""
    async with Store(where.database_url, connections=1, keys=where.keys) as store:
        chosen = await find_community(store, community)
        async with store.session(chosen.id) as session:
            everything = await session.import_export.reports()
        reports, table = wanted(everything, sealed=sealed), Table()
        exported = Exported(len(everything) - len(reports))
        with _opened(out) as write, progress_bar("Exporting", len(reports)) as show:
            for start in range(0, len(reports), REPORTS_PER_READ):
                async with store.session(chosen.id) as session:
                    for item, photos in await _read(session, reports[start : start + REPORTS_PER_READ], write):
                        table.add(item, photos)
                        exported.reports += 1
                        exported.photos += len(photos)
                show(exported.reports)
            write(FILE, table.file())
    return exported


async def _read(session: CommunitySession, reports: Sequence[UUID], write: Write) -> list[tuple[Item, list[str]]]:
    """Read reports, and write their photos; return the photos' names with each."""
    items = await session.items.of(reports)
    return [
        (items[report], await _write_photos(session, items[report], write)) for report in reports if report in items
    ]


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
    with unfinished(out) as part:
        if out.suffix.casefold() == ".zip":
            part.touch(_OWNER_ONLY)
            with ZipFile(part, "w") as archive:
                yield archive.writestr
        else:
            part.mkdir(_OWNERS_FOLDER)
            (part / "photos").mkdir()
            yield lambda name, data: (part / name).write_bytes(data)
