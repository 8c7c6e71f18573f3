"""A stage for the domain's services on PostgreSQL. No worker and no bot runs on it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from db.keys import Keys
from db.session import CommunitySession
from db.store import Store
from reunite.announce import announce, announce_sealed
from reunite.commands import (
    ChangeSettings,
    GiveVerdict,
    JoinWorkspace,
    NewReport,
    Press,
    ReportFound,
    ReportLost,
)
from reunite.digest import digest
from reunite.entities import (
    Account,
    IncomingPhoto,
    Label,
    Match,
    Member,
    PhotoFlaw,
    PlatformName,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
    VerdictKind,
    Why,
    Workspace,
)
from reunite.handlers import Handlers
from reunite.matching.evidence import Candidate, Item, Search
from reunite.matching.scoring import Results, ScoredCandidate
from reunite.messages.reply import Action, Reply
from reunite.ports import Audience, Sent
from reunite.reminders import remind
from tests.support.keys import KEYS

ADA, BEN, MODERATOR = Member("ada", "Ada Lovelace"), Member("ben", "Ben Nevis"), Member("mo", "Mo Derator")
COPY = b"a stored copy"


def account(member: Member, workspace: str = "here") -> Account:
    """Return a member's account in a workspace of the stage."""
    return Account.on("web", workspace, member)


class Hints:
    """A queue that remembers its hints."""

    def __init__(self) -> None:
        self.work: list[UUID] = []

    async def hint(self, work: UUID) -> None:
        self.work.append(work)


@asynccontextmanager
async def staged(url: str, keys: Keys = KEYS) -> AsyncIterator["Stage"]:
    """Open a store, and set the stage before it."""
    async with Store(url, keys=keys) as store:
        yield await Stage.before(store)


class Stage:
    """Handlers before a store, and short ways to bring them where a test begins."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.hints = Hints()
        self.time = datetime.now(UTC)
        self.handlers = Handlers(store, self.hints, lambda: self.time, board_url="https://board.example")

    @classmethod
    async def before(cls, store: Store) -> Self:
        """Set the stage before a store without an encoder, and add one."""
        await store.embedding_models.register("none", "none", {"shared": 3})
        return cls(store)

    def session(self, community: UUID) -> AbstractAsyncContextManager[CommunitySession]:
        return self.store.session(community)

    async def deliver(self, report: Report) -> None:
        """Send what is queued on a report's platform; each message is named by its number."""
        while items := await self.store.delivery.lease(report.target.platform, limit=10, seconds=60):
            for item in items:
                async with self.session(item.community) as session:
                    sent = Sent(report.target.channel, f"sent {item.seq}")
                    await session.outbox.mark_sent(item.seq, item.fence, item.version, sent)

    async def digest(self, days: float) -> None:
        """Post the digests that are due after so many days, as a worker's sweep does."""
        at = self.time + timedelta(days=days)
        for community, workspace in await self.store.due.digests(at, 100):
            async with self.session(community) as session:
                await digest(session, workspace, at)

    async def remind(self, hours: float) -> None:
        """Send the reminders that are due after this many hours, as a worker's sweep does."""
        for community, due in await self.store.due.reminders(self.time + timedelta(hours=hours), 100):
            async with self.session(community) as session:
                await remind(session, due)

    async def works_on(self, *reports: Report) -> list[UUID]:
        """Return which of some reports of a community are to be processed, each as often as that."""
        async with self.session(reports[0].community) as session:
            wanted = [report.id for report in reports]
            due = await session._all("SELECT report_id AS id FROM work WHERE report_id = ANY(%(all)s)", all=wanted)
        return [row["id"] for row in due]

    async def keep_photos(self, report: Report, flaw: PhotoFlaw | None = None) -> None:
        """Make the stored copies of a report's photos; `flaw` is that of the new ones."""
        async with self.session(report.community) as session:
            await session._do(
                "UPDATE photo SET state = 'stored', copy = %(copy)s, upload = NULL, url = NULL, flaw = %(flaw)s"
                " WHERE report_id = %(report)s AND state <> 'stored'",
                copy=COPY,
                flaw=flaw,
                report=report.id,
            )

    async def fail_first_photo(self, report: Report) -> None:
        """Note that the first photo of a report can't be used."""
        async with self.session(report.community) as session:
            await session._do(
                "UPDATE photo SET state = 'failed', problem = 'photo_gone', copy = NULL, upload = NULL, url = NULL"
                " WHERE report_id = %(report)s AND position = 0",
                report=report.id,
            )

    async def join(self, name: str = "here", platform: PlatformName = "web", **settings: Any) -> Workspace:
        workspace = await self.handlers.join(JoinWorkspace(platform, name, name))
        await self.handlers.set_up(ChangeSettings(platform=platform, workspace=name, settings=Settings(**settings)))
        return workspace

    async def lost(self, text: str = "my umbrella", **fields: Any) -> Report:
        return await self._report(ReportLost, {"author": ADA, "text": text, **fields})

    async def found(self, text: str = "an umbrella", **fields: Any) -> Report:
        return await self._report(ReportFound, {"author": BEN, "text": text, **fields})

    async def _report(self, kind: type[NewReport], fields: dict[str, Any]) -> Report:
        """Report, and open the report as a worker would."""
        key = fields.pop("key", uuid4().hex)
        target = fields.pop("target", ReplyTarget("web", "here", kind.kind, key))
        receipt = await self.handlers.report(kind(source_key=key, target=target, **fields))
        async with self.session(receipt.report.community) as session:
            if receipt.created:
                await session.reports.set_state(receipt.report.id, ReportState.OPEN)
            report = await session.reports.get(receipt.report.id)
        assert report
        return report

    async def search(
        self,
        report: Report,
        *others: Report,
        label: Label | None = Label.HIGH,
        why: tuple[Why, ...] = (),
        percent: int | None = None,
        sealed: bool = False,
        **known: Any,
    ) -> None:
        """Let a report's search find other reports, all with one label; `percent` is shown of the first."""
        now = await self.now(report)
        near = {"text-text": 3.0}
        is_complete, judges_rest = (known.pop(name, True) for name in ("is_complete", "judges_rest"))
        first, is_shown = (percent or 90) / 100, percent is not None
        scored = [
            ScoredCandidate(other.id, first - number / 100, label, why, near, percent=is_shown, **known)
            for number, other in enumerate(others)
        ]
        candidates = tuple(Candidate(item_of(other), {}) for other in others)
        search = Search(item_of(now), candidates, open_count=len(others))
        results = Results(scored, is_complete, judges_rest)
        async with self.session(now.community) as session:
            if sealed:
                await announce_sealed(session, now, results)
            else:
                await announce(session, now, search, results)

    async def matched(self, **found: Any) -> tuple[Report, Report, Match]:
        """Return a lost and a found report whose threads show their match."""
        lost, other = await self.lost(), await self.found(**found)
        await self.search(lost, other)
        return lost, other, await self.match(lost)

    async def now(self, report: Report) -> Report:
        async with self.session(report.community) as session:
            now = await session.reports.get(report.id)
        assert now
        return now

    async def state(self, report: Report) -> ReportState:
        return (await self.now(report)).state

    async def match(self, report: Report) -> Match:
        async with self.session(report.community) as session:
            [match] = await session.matches.of(report.id)
        return match

    async def matches(self, report: Report) -> Sequence[Match]:
        async with self.session(report.community) as session:
            return await session.matches.of(report.id)

    async def thread(self, report: Report, audience: Audience = "thread") -> list[Reply]:
        async with self.session(report.community) as session:
            return await session.outbox.thread(report.id, audience)

    async def kinds(self, report: Report, audience: Audience = "thread") -> list[str]:
        return [reply.kind for reply in await self.thread(report, audience)]

    async def words(self, *reports: Report) -> str:
        """Return all that the threads of reports and their moderators' channels show."""
        shown = [await self.thread(report, audience) for report in reports for audience in _AUDIENCES]
        return "\n".join(reply.text() + str(reply.choices) for replies in shown for reply in replies)

    async def press(self, action: Action, subject: UUID, by: Member, **fields: Any) -> Reply:
        press = Press(
            target=ReplyTarget("web", "here", "found", "any"),
            member=by,
            is_moderator=by is MODERATOR,
            action=action,
            subject=subject,
            key=uuid4().hex,
        )
        return await self.handlers.press(replace(press, **fields))

    async def verdict(
        self,
        match: Match,
        kind: VerdictKind,
        by: Member = MODERATOR,
        *,
        given: bool = True,
        is_moderator: bool | None = None,
    ) -> bool:
        """Give a verdict, or take one back; return whether that changed the match."""
        command = GiveVerdict(
            target=ReplyTarget("web", "here", "lost", "any"),
            member=by,
            kind=kind,
            given=given,
            is_moderator=by is MODERATOR if is_moderator is None else is_moderator,
            match=match.id,
        )
        result = await self.handlers.give_verdict(command)
        return bool(result and result.changed)

    async def claim(self, match: Match, found: Report, proof: str = "a scratch inside", by: Member = ADA) -> UUID:
        """Claim a found item as its owner; return the claim."""
        async with self.session(found.community) as session:
            lost = await session.reports.get(match.lost)
        assert lost
        await self.press("mine", match.id, by, words=proof, target=lost.target)
        async with self.session(found.community) as session:
            return (await session.claims.on(found.id))[-1].id

    def later(self, days: int) -> None:
        self.time += timedelta(days=days)


def item_of(report: Report) -> Item:
    """Return a report as a search compares it."""
    return Item(report.id, report.kind, report.text, report.place, report.created_at, time_is_stated=False)


_AUDIENCES: tuple[Audience, ...] = ("thread", "moderators")
PHOTO = IncomingPhoto("mine.jpg", data=b"an upload")
