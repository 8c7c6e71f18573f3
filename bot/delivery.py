"""Delivers the outbox of one platform: in order within a thread, several threads at once, each reply once."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from bot.gallery import compose
from bot.locks import Locks
from bot.photo_links import PhotoLinks
from db.cancellation import stop, uninterrupted, wait_until_set
from db.delivery import MAX_ATTEMPTS, OutboxItem
from db.repeating import repeat
from db.store import Store
from db.trouble import TEMPORARY, kept_problem
from metrics import definitions as metrics
from reunite.claim_cards import revise_owners_cards
from reunite.entities import Match
from reunite.errors import PostGoneError, PutOffError, TryAgainError, UndeliverableError
from reunite.handover import note_no_conversation
from reunite.locking import lock_sides
from reunite.messages import keys
from reunite.messages.galleries import lone_match
from reunite.my_reports import end
from reunite.ports import Outgoing, Platform, Sent, Session
from reunite.retry import retried

_FIRST_PAUSE_SECONDS: Final = 1.0
"""Seconds before the second attempt; doubled for each one after, up to the longest."""
_SPREAD: Final = 0.1
"""The share of a pause that may be added to it."""
_LONGEST_PAUSE_SECONDS: Final = 300.0
_MAX_DOUBLINGS: Final = 10
"""Enough for the longest pause; after days of attempts the power itself would overflow."""
_PARALLEL: Final = 64
"""The most threads at once, `db.delivery.MAX_PER_COMMUNITY` of them in one community."""
_LEASED_AT_ONCE: Final = 16
"""Replies that are read from the outbox together, before the first of them is sent."""
_SETTLE_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 1.0
"""Seconds between reads of the outbox without a signal: for pauses that end and leases that expire."""

_log = structlog.get_logger(__name__)


class Delivery:
    """Sends replies to several threads at once. After `lease_seconds` another process may try a reply."""

    def __init__(self, store: Store, platform: Platform, *, lease_seconds: float = 60) -> None:
        self._store = store
        self._platform = platform
        self._lease_seconds = lease_seconds
        self._links = PhotoLinks(store, platform, timeout_seconds=lease_seconds)
        self._in_progress: dict[asyncio.Task[None], UUID] = {}
        """The sends under way, each with its community."""
        self._attempts = Locks[int]()
        """By reply: if the database's clock is set forward, it's leased again while it's still being sent."""

    async def run(self) -> None:
        """Deliver until cancelled. Sends in progress then get a few seconds; the rest is left to the leases."""
        await repeat(self._deliver_all, _POLL_SECONDS, "delivery")

    async def _deliver_all(self) -> None:
        async with self._store.delivery.signals(self._platform.name) as signal:
            await self._loop(signal)

    async def _loop(self, signal: asyncio.Event) -> None:
        links = asyncio.create_task(self._links.run())  # concurrently: a slow platform must not hold up replies
        try:
            while True:
                signal.clear()  # before reading, so that a later change wakes us again
                await self._start_due(signal)
                await wait_until_set(signal, _POLL_SECONDS)
        finally:
            try:
                await self._settle()
            finally:
                await stop(links, *self._in_progress)

    async def _settle(self) -> None:
        """Let the sends in progress arrive and be recorded: until then, a reaction to them is to an unknown message."""
        if self._in_progress:
            await uninterrupted(asyncio.wait(self._in_progress, timeout=_SETTLE_SECONDS))

    async def _start_due(self, signal: asyncio.Event) -> None:
        free = min(_PARALLEL - len(self._in_progress), _LEASED_AT_ONCE)
        if free <= 0:
            return
        until = self._until()
        leased = await self._store.delivery.lease(
            self._platform.name,
            limit=free,
            seconds=self._lease_seconds,
            in_flight=self._in_progress.values(),
            with_pictures=self._platform.sends_pictures,
        )
        for item in leased:
            task = asyncio.create_task(self._deliver(item, until))
            self._in_progress[task] = item.community
            task.add_done_callback(self._in_progress.pop)
            task.add_done_callback(lambda _: signal.set())  # the thread's next reply may be due
        if len(leased) == free:
            signal.set()  # there may be more

    def _until(self) -> float:
        """Return when a lease that begins now is nearly over: after that, another process may send the same reply."""
        return asyncio.get_running_loop().time() + self._lease_seconds * 0.8

    async def _deliver(self, item: OutboxItem, until: float) -> None:
        """Try a reply, and record the outcome; where that fails, the reply is due again when its lease expires."""
        try:
            async with self._attempts.of(item.seq):
                await self._try(item, until)
        except TEMPORARY as error:
            _log.warning("reply_outcome_lost", outbox=item.seq, error=type(error).__name__)
        except Exception:  # noqa: BLE001 - nobody awaits this
            _log.exception("reply_outcome_defect", outbox=item.seq)

    async def _try(self, item: OutboxItem, until: float) -> None:
        """Try a reply, but only `until` its lease is nearly over."""
        ids = {"outbox": item.seq, "report": str(item.report), "message": item.target.message}
        log = _log.bind(platform=self._platform.name, attempt=item.attempts, **ids)
        try:
            async with asyncio.timeout_at(until):
                await asyncio.sleep(0)  # if it's too late, this ends here
                sent = await self._attempt(item, await _outgoing(item))
            async with self._store.session(item.community) as session:
                await session.outbox.mark_sent(item.seq, item.fence, item.version, sent)
            self._note("done", item)
            log.info("reply_done", task=item.task, kind=item.reply.kind, sent=sent.message if sent else None)
        except UndeliverableError as error:
            self._note("undeliverable", item)
            log.warning("reply_undeliverable", reason=str(error))
            await self._unsent(item, str(error), None)
            if isinstance(error, PostGoneError) and item.audience == "thread":  # elsewhere another message is gone
                await self._withdraw(item)
        except TEMPORARY as error:
            self._note("delayed", item)
            after, reason = (error.after, str(error)) if isinstance(error, TryAgainError) else (None, None)
            write = log.info if isinstance(error, PutOffError) else log.warning
            write("reply_delayed", error=type(error).__name__, reason=reason)
            await self._unsent(item, kept_problem(error), _pause(item.attempts, after))
        except Exception as error:  # one reply's defect must not stop the others
            self._note("defect", item)
            log.exception("reply_defect")
            is_last = item.attempts >= MAX_ATTEMPTS
            await self._unsent(item, type(error).__name__, None if is_last else _pause(item.attempts, None))

    @retried
    async def _withdraw(self, item: OutboxItem) -> None:
        """Withdraw a report whose post is gone: the bot missed its deletion."""
        async with self._store.session(item.community) as session:
            report = await session.reports.get(item.report)
            if report and not report.purged:
                await end(session, report)

    def _note(self, outcome: str, item: OutboxItem) -> None:
        """Count an attempt, and how long the report has waited if this is its first answer."""
        metrics.REPLIES.labels(self._platform.name, outcome).inc()
        if outcome == "done" and item.key == keys.first_reply(item.report) and item.task == "send" and not item.sample:
            waited = (datetime.now(UTC) - item.created_at).total_seconds()
            metrics.FIRST_ANSWER.labels(self._platform.name).observe(max(0.0, waited))

    async def _attempt(self, item: OutboxItem, outgoing: Outgoing) -> Sent | None:
        """Send, edit or remove a reply; return where it is, None if it is removed."""
        if item.task == "remove":
            await self._platform.remove(outgoing, item.sent)
            if item.sent is None and item.attempts == 1:
                raise TryAgainError("its sending was cut off, and may arrive yet", self._lease_seconds / 4)
            return None
        if item.audience == "thread" and item.target.message is None and not item.reply.opens_thread:
            raise UndeliverableError("the report's own post couldn't be sent, so there is no thread")
        if item.target.channel == "":
            raise UndeliverableError("the moderators no longer have a channel")
        if item.task == "send":
            return await self._platform.send(outgoing)
        # Where an earlier attempt may have arrived, the platform looks for it, and sends the new version if need be.
        sent = item.sent or await self._platform.send(replace(outgoing, maybe_sent=True))
        await self._platform.edit(outgoing, sent)
        return sent

    async def _unsent(self, item: OutboxItem, problem: str, after: float | None) -> None:
        """Record a failed attempt: the reply is due again after a pause, or never if `after` is None.

        If it would have begun a conversation, the match gets a note in the same transaction that there won't be one. If
        it was a gallery that shows a match's photo alone, the match's card shows the photo.
        """
        async with self._store.session(item.community) as session:
            match = await _without_it(session, item) if after is None else None
            failed = await session.outbox.mark_unsent(item.seq, item.fence, item.version, problem, after)
            if failed and match and item.audience == "pair":
                await note_no_conversation(session, match.id)
            elif failed and match:
                lost, found = await lock_sides(session, match)
                await revise_owners_cards(session, found, [(match, lost)])


async def _without_it(session: Session, item: OutboxItem) -> Match | None:
    """Return the match to care for if a reply never comes: whose conversation it would begin, or whose photo it has.

    Its reports are locked: always before their replies.
    """
    lone = lone_match(item.reply.gallery)
    subject = item.reply.match if item.audience == "pair" else lone and lone.match
    match = await session.matches.get(subject) if subject and item.task != "remove" and item.sent is None else None
    if match:
        await lock_sides(session, match)
    return match


def _is_waited_for(item: OutboxItem) -> bool:
    """Return whether a member who just reported something is waiting for this reply."""
    first = (keys.report_post, keys.waiting, keys.what_is_it, keys.first_reply)
    return item.key in {key(item.report) for key in first}


def _pause(attempts: int, after: float | None) -> float:
    """Return the seconds until the next attempt: as the platform says, or else doubled each time.

    They are spread out, so that replies that failed together aren't retried together.
    """
    if after is None:
        after = min(_FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, _MAX_DOUBLINGS), _LONGEST_PAUSE_SECONDS)
    return max(after, _FIRST_PAUSE_SECONDS) + random.uniform(0, _FIRST_PAUSE_SECONDS + after * _SPREAD)  # noqa: S311 - no secret


async def _outgoing(item: OutboxItem) -> Outgoing:
    return Outgoing(
        item.key,
        item.target,
        item.reply,
        await _picture(item) if item.task != "remove" else None,
        maybe_sent=item.attempts > 1,
        author=item.author,
        people=item.reply.people(item.target.platform) if item.audience == "pair" else (),
        ahead=_is_waited_for(item),
        since=item.created_at,
        for_all=item.audience == "channel",
        private=item.private,
        language=item.language,
        silent=item.silent,
        kind=item.kind,
    )


async def _picture(item: OutboxItem) -> bytes | None:
    """Return a reply's picture, or compose its gallery into one, off the event loop; None if that is impossible."""
    if item.picture or not item.tiles:
        return item.picture
    try:
        return await asyncio.to_thread(compose, item.reply.gallery, item.tiles)
    except Exception:  # noqa: BLE001 - the words are worth sending without the picture
        _log.exception("gallery_defect", outbox=item.seq, report=str(item.report))
        return None
