"""Looks: private searches of the open found reports. Nobody else learns of one until its author claims an item."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from reunite import rights, rules
from reunite.claims import check_claim, take_claim
from reunite.commands import Look, Press
from reunite.entities import Match, PhotoState, Report, ReportState, Workspace
from reunite.errors import TellUserError
from reunite.limits import HourlyLimit
from reunite.locking import locked_match, locked_report
from reunite.messages import keys, looks, notices, photo_hints, wording
from reunite.messages.reply import Reply
from reunite.moderators import can_be_told
from reunite.ports import Queue, Session, Store
from reunite.posts import check
from reunite.tiles import Pair, leaves_something_out, tiles_of, viewable_pairs

KEPT_MINUTES: Final = 15
"""How long a look is kept: as long as Discord lets its reply be changed."""
MAX_LOOKS: Final = 10
"""How many looks a member may have at a time: enough to try other words, too few to list everything."""


class LookAnswers:
    """The looks whose answers this process waits for."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, UUID] = {}

    def notify(self, look: UUID) -> None:
        """Wake those who wait for a look."""
        for event, awaited in self._waiting.items():
            if awaited == look:
                event.set()

    @contextmanager
    def waiting_for(self, look: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set once a worker has answered a look."""
        event = asyncio.Event()
        self._waiting[event] = look
        try:
            yield event
        finally:
            del self._waiting[event]


class LookHandlers:
    """Takes looks, shows what they found, and files a report when an item is claimed."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime], limit: HourlyLimit) -> None:
        self._limit = limit
        self._store = store
        self._queue = queue
        self._now = now

    async def look(self, command: Look) -> UUID:
        """Store a look for the workers, and return its id. Raises TellUserError."""
        check(command)
        target = command.target
        async with self._store.entered(target.platform, target.workspace) as (workspace, _, session):
            if await session.looks.count(workspace.id, command.author.id) >= MAX_LOOKS:
                raise TellUserError("look_too_often", number=KEPT_MINUTES)
            look, work = await session.reports.add(command, self._now() + timedelta(minutes=KEPT_MINUTES))
            if work:
                await self._limit.check(session, look, self._now())
        if work:
            await self._queue.hint(work)
        return look.id

    async def answer(self, workspace: Workspace, look_id: UUID, language: str) -> Reply | None:
        """Return the first page of a look's results; None while a worker is busy with it. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            look = await session.reports.get(look_id)
            if look is None:
                raise TellUserError("look_over")
            if not look.has_first_reply:
                return None
            return await _page(session, replace(look, language=language), await _pairs(session, look), 0)

    async def page(self, workspace: Workspace, press: Press) -> Reply:
        """Return the page that begins with a match. Raises TellUserError if the look is over."""
        async with self._store.session(workspace.community) as session:
            match = await session.matches.get(press.subject)
            look = await session.reports.get(match.lost) if match else None
            if match is None or look is None or look.state is not ReportState.LOOK:
                raise TellUserError("look_over")
            rights.check_press(press, look)
            pairs = await _pairs(session, look)
            shown = [of_pair.id for of_pair, _ in pairs]
            number = shown.index(match.id) // rules.MAX_TILES if match.id in shown else 0
            return await _page(session, replace(look, language=press.language), pairs, number)

    async def is_private(self, workspace: Workspace, press: Press) -> bool | None:
        """Return whether the report that a press would file is private; None if the look is filed already.

        Raises TellUserError if it can't be filed, or the claim can't be taken.
        """
        async with self._store.session(workspace.community) as session:
            if press.action == "look_report":
                lost = await _own(session, press)
            else:
                match, lost, found = await _sides(session, press)
                is_look = lost.state is ReportState.LOOK
                filed = replace(lost, state=ReportState.OPEN) if is_look else lost
                await check_claim(session, press, match, filed, found)
            if lost.state is not ReportState.LOOK:
                return None
            return (await session.workspaces.settings(workspace.id)).private_reports

    async def mine(self, workspace: Workspace, press: Press) -> Reply:
        """File a look as a lost report, together with its author's claim. Raises TellUserError.

        `press.target` is where the report's thread will be, and `press.private` whether others may not read it.
        """
        async with self._store.session(workspace.community) as session:
            match, lost, found = await _sides(session, press)
            work = None
            if lost.state is ReportState.LOOK:
                lost = await self._file(session, workspace, lost, press)
                work = await session.work.add(lost.id)  # for reports that came in since, and the gallery
            await take_claim(session, press, match, lost, found)
            are_told = await can_be_told(session, lost)
        if work:
            await self._queue.hint(work)
        if found.is_listed:
            return notices.listed_note("look_filed_listed", press.language, are_told=are_told)
        return notices.note("look_filed", press.language)

    async def report(self, workspace: Workspace, press: Press) -> Reply:
        """File a look as a lost report, whose thread shows what is near. Raises TellUserError.

        `press.target` and `press.private` are as for a claim.
        """
        async with self._store.session(workspace.community) as session:
            look, work = await _own(session, press), None
            if look.state is ReportState.LOOK:
                await self._file(session, workspace, look, press)
                work = await session.work.add(look.id)
        if work:
            await self._queue.hint(work)
        return notices.note("look_reported", press.language)

    async def _file(self, session: Session, workspace: Workspace, look: Report, press: Press) -> Report:
        settings = await session.workspaces.settings(workspace.id)
        expires_at = self._now() + timedelta(days=settings.keep_days)
        await session.looks.file(look.id, press.target, expires_at, private=press.private, language=press.spoken)
        lost = (await session.reports.lock({look.id}))[look.id]
        await self._limit.check(session, lost, self._now())
        await session.outbox.post(lost.id, keys.report_post(lost.id), wording.report_post(lost))
        return lost


async def _own(session: Session, press: Press) -> Report:
    """Return a member's own look, locked, or the report that it has become. Raises TellUserError."""
    look = await locked_report(session, press.subject)
    if look is None or look.state not in {ReportState.LOOK, ReportState.OPEN}:
        raise TellUserError("look_over")
    rights.check_press(press, look)
    return look


async def _sides(session: Session, press: Press) -> tuple[Match, Report, Report]:
    """Return a match of a look, with both reports locked. Raises TellUserError."""
    match, lost, found = await locked_match(session, press.subject, gone="look_over")
    rights.check_press(press, lost)
    return match, lost, found


async def _pairs(session: Session, look: Report) -> list[Pair]:
    """Return what the look found and may still be shown, in the order of its pages."""
    return sorted(await viewable_pairs(session, look), key=lambda pair: pair[0].label is None)


async def _page(session: Session, look: Report, pairs: Sequence[Pair], number: int) -> Reply:
    """Return a page of what a look found, in the language of `look`."""
    searched = await session.workspaces.count("open")
    photos = await session.photos.of(look.id)
    failed = [photo.name for photo in photos if photo.state is PhotoState.FAILED]
    if failed and len(failed) == len(photos) and not (pairs or look.text):
        return looks.nothing_to_search(look, failed)
    if not pairs:
        nothing = looks.nothing(look, searched, failed, leaves_out=await leaves_something_out(session, look))
        return photo_hints.with_hint(nothing, photos, look.language)
    pages = [pairs[start : start + rules.MAX_TILES] for start in range(0, len(pairs), rules.MAX_TILES)]
    tiles = await tiles_of(session, pages[number], first=number * rules.MAX_TILES + 1)
    head = [] if number else looks.head(look, pairs, searched, failed)
    reply = looks.page(look, pages, number, tiles, head)
    if not (number or pairs[0][0].label):
        reply = photo_hints.with_hint(reply, photos, look.language)
    return reply.with_targets({found.id: found.target for _, found in pages[number] if found.target.message})
