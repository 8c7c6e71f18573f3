"""`reunite import`: a list that a community already has, reported through the API's workspace."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar
from uuid import UUID

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.communities import find_community
from cli.history.listing import Entry, Listing, Skipped, readable
from cli.progress import say
from cli.servers import Servers
from db import queue
from db.api_tokens import ApiTokens
from db.import_export import Processed
from db.store import Store
from db.trouble import TEMPORARY
from metrics.logged_handlers import LoggedHandlers
from reunite.commands import REPORTS, NewReport
from reunite.entities import IncomingPhoto, Member, ReplyTarget, ReportKind
from reunite.errors import TellUserError
from reunite.messages import wording
from reunite.plurals import counted
from reunite.text.sealing import category_of

T = TypeVar("T")
_AHEAD: Final = 64
"""Reports that wait for a worker at once: no worker runs dry, and their photos take little room in the database."""
_TOGETHER: Final = 8
"""Reports that are written at once: the disk takes as long for them as for one."""
_BYTES_TOGETHER: Final = 100 * 2**20
"""Bytes of photos that are read at once, however many reports that is; only one report alone may have more."""
_POLL_SECONDS: Final = 0.5
_SILENCE_SECONDS: Final = 30.0
"""Seconds without progress after which the operator is asked to look at the workers."""
_OUTAGE_SECONDS: Final = 60.0
"""Seconds for which the database may be away: more than it takes to restart."""
_NAMED: Final = 10
"""Reports that are named in a warning."""
_AUTHOR: Final = Member("import", "Import")
_PROBLEMS: Final = {
    "photo_too_many_pixels": "has too many pixels",
    "photo_not_an_image": "isn't a photo",
    "photo_unreadable": "is damaged",
    "photo_unusable": "takes too much time or memory to open",
    "photo_is_web_page": "is a web page",
}


@dataclass
class Imported:
    """The result of an import. `before` counts the entries whose reports the community had before."""

    skipped: list[Skipped]
    reports: int = 0
    photos: int = 0
    before: int = 0
    seconds: float = 0.0

    def note(self, entry: Entry, done: Processed) -> None:
        self.reports += 1
        self.photos += done.photos
        for name, key in done.problems:
            self.skipped.append(Skipped(entry.name, f"the photo {name} {_PROBLEMS.get(key, 'could not be used')}"))
        if done.failed:
            self.skipped.append(Skipped(entry.name, "the worker failed; `reunite status` shows why"))


@dataclass
class Importer:
    """Reports the entries of a list, a few ahead of the workers."""

    store: Store
    handlers: LoggedHandlers
    community: UUID
    workspace: str
    result: Imported
    pending: dict[UUID, Entry] = field(default_factory=dict)
    moved_at: float = field(default_factory=monotonic)
    is_waiting: bool = False
    """Whether the database was away when it was last asked."""

    async def run(self, entries: list[Entry]) -> None:
        """Report everything and wait until the workers are done with it."""
        left = await self._resume(entries)
        with _progress(len(left) + len(self.pending)) as show:
            while left or self.pending:
                while left and (room := _AHEAD - len(self.pending)) > 0:
                    count = await asyncio.to_thread(how_many_together, left[: min(room, _TOGETHER)])
                    together, left = left[:count], left[count:]
                    await asyncio.gather(*map(self._report, together))
                await self._collect()
                show(len(left) + len(self.pending), self.result.photos)
                self._warn_when_stuck()
                if self.pending:
                    await asyncio.sleep(_POLL_SECONDS)

    async def _resume(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that were never reported; those that were reported but not processed become pending."""
        known, done = await self._patiently(lambda: self._known(entries))
        self.result.before = len(done)
        self.pending = {
            known[entry.key]: entry for entry in entries if entry.key in known and known[entry.key] not in done
        }
        return [entry for entry in entries if entry.key not in known]

    async def _known(self, entries: list[Entry]) -> tuple[dict[str, UUID], set[UUID]]:
        async with self.store.session(self.community) as session:
            known = await session.import_export.known_reports(self.workspace, [entry.key for entry in entries])
            own = await session.import_export.known_ids([entry.report for entry in entries if entry.report])
            known |= {entry.key: entry.report for entry in entries if entry.report in own}
            return known, {post.report for post in await session.import_export.processed(known.values())} | own

    async def _report(self, entry: Entry) -> None:
        try:
            command = await asyncio.to_thread(_command, entry, self.workspace)
        except OSError as error:
            self.result.skipped.append(Skipped(entry.name, f"it can't be read: {error.strerror}"))
            return
        try:
            receipt = await self._patiently(lambda: self.handlers.report(command))
        except TellUserError as error:
            self.result.skipped.append(Skipped(entry.name, wording.explain(error)))
        else:
            self.pending[receipt.report.id] = entry

    async def _collect(self) -> None:
        for done in await self._patiently(self._processed):
            self.result.note(self.pending.pop(done.report), done)
            self.moved_at = monotonic()

    async def _processed(self) -> Sequence[Processed]:
        async with self.store.session(self.community) as session:
            return await session.import_export.processed(self.pending)

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        """Take a step, and again while the database is away, but not for long."""
        until = monotonic() + _OUTAGE_SECONDS
        while True:
            try:
                done = await step()
            except TEMPORARY:
                if monotonic() > until:
                    raise
                if not self.is_waiting:  # several wait at once
                    say("The database is away; waiting for it for up to a minute.")
                self.is_waiting = True
            else:
                self.is_waiting = False
                return done
            await asyncio.sleep(_POLL_SECONDS)

    def _warn_when_stuck(self) -> None:
        if self.pending and monotonic() > self.moved_at + _SILENCE_SECONDS:
            say(
                "Nothing has moved for a while. Is a worker running? You can stop and run the same command again later."
            )
            self.moved_at = monotonic()


async def run(where: Servers, community: str | None, listing: Listing) -> Imported:
    """Import a list, without entries that were imported before."""
    result, began = Imported(list(listing.skipped)), monotonic()
    warn_of_unsealed(listing.entries)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(where.database_url, keys=where.keys))
        chosen = await find_community(store, community)
        hints = await stack.enter_async_context(queue.connect(store, where.redis_url, where.queue))
        workspace = await ApiTokens(store).workspace(chosen.id)
        await Importer(store, LoggedHandlers(store, hints), chosen.id, workspace, result).run(list(listing.entries))
        result.seconds = monotonic() - began
    return result


def how_many_together(entries: Sequence[Entry]) -> int:
    """Return how many entries, from the first, are reported at once: fewer where their photos take much memory."""
    read = accumulate(sum(map(_size, entry.photos)) for entry in entries)
    return max(1, sum(size <= _BYTES_TOGETHER for size in read))


def _size(photo: Path) -> int:
    try:
        return photo.stat().st_size
    except OSError:  # reading it says why
        return 0


def warn_of_unsealed(entries: Sequence[Entry]) -> None:
    """Warn of found items that everyone will see although they look like something to seal."""
    names = [
        entry.name
        for entry in entries
        if entry.kind is ReportKind.FOUND and not entry.sealed and category_of(entry.text)
    ]
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        say(
            "These look like IDs, cards, wallets, keys or phones, and everyone will see them because `sealed` isn't"
            f" `yes`: {', '.join(names[:_NAMED])}{more}."
        )


def as_json(result: Imported) -> dict[str, Any]:
    return {
        "reports": result.reports,
        "photos": result.photos,
        "before": result.before,
        "seconds": round(result.seconds, 1),
        "skipped": [{"name": skipped.name, "why": skipped.why} for skipped in result.skipped],
    }


def summary(result: Imported) -> list[str]:
    """Summarise the imported and the skipped entries, with reasons."""
    rate = result.photos / result.seconds if result.seconds else 0.0
    imported = f"{counted(result.reports, 'report')} with {counted(result.photos, 'photo')}"
    lines = [f"Imported {imported} ({rate:.1f} photos a second)."]
    if result.before:
        lines.append(f"{result.before} were there before.")
    if result.skipped:
        lines.append(f"Skipped or incomplete: {len(result.skipped)}.")
    return [*lines, *(f"  {skipped.name}: {skipped.why}" for skipped in result.skipped)]


def _command(entry: Entry, workspace: str) -> NewReport:
    return REPORTS[entry.kind](
        source_key=entry.key,
        target=ReplyTarget("api", workspace, entry.kind, entry.key),
        author=_AUTHOR,
        text=entry.text,
        place=entry.place,
        happened_at=entry.happened_at,
        happened_on=entry.happened_on,
        posted_at=datetime.now(UTC),
        photos=tuple(IncomingPhoto(readable(path.name), data=path.read_bytes()) for path in entry.photos),
        sealed=entry.sealed,
        private=entry.private,
        category=entry.category if entry.sealed else "other",
    )


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Show a progress bar with photos a second; yields the function that takes what is left and the photos so far."""
    rate = TextColumn("{task.fields[rate]:.1f} photos/s")
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), rate, TimeElapsedColumn())
    began = monotonic()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Importing", total=total, rate=0.0)
        yield lambda left, photos: bar.update(
            task, completed=total - left, rate=photos / max(monotonic() - began, _POLL_SECONDS)
        )
