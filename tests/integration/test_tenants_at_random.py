"""Random communities that report, search, claim, link, part and export: what one knows never appears at another."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.store import Store
from reunite.commands import EditReport, GiveVerdict, JoinWorkspace, Press, ReportFound, ReportLost, Withdraw
from reunite.entities import Label, Member, ReplyTarget, Report, ReportKind, ReportState, VerdictKind, Workspace
from reunite.errors import DefectError, TellUserError
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from reunite.messages.reply import to_json
from reunite.ports import ScoredPair
from tests.support.keys import KEYS
from tests.support.queues import NoQueue

ATTEMPTS = int(os.environ.get("ATTEMPTS", "150"))
"""Attempts at others' data in one run."""
ACTIONS: tuple[Any, ...] = (
    *("mine", "not_mine", "pick", "none_of_these", "confirm", "reject", "release", "see_claim", "accept_claim"),
    *("reject_claim", "proof_question", "withdraw", "extend", "add_detail", "forget"),
)


@dataclass
class Village:
    """A workspace whose every word contains its own canary."""

    name: str
    canary: str
    reports: list[Report] = field(default_factory=list)
    matches: list[UUID] = field(default_factory=list)
    claims: list[UUID] = field(default_factory=list)

    def at(self, message: str = "any") -> ReplyTarget:
        return ReplyTarget("web", self.name, "found", message)

    def members(self) -> tuple[Member, Member]:
        return Member("ada", f"Ada {self.canary}"), Member("ben", f"Ben {self.canary}")


class Country:
    """Villages, and a random generator that decides what happens in them."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.handlers = Handlers(store, NoQueue())
        self.villages = [Village(f"v{number}", f"canary{number}x{seed}") for number in range(4)]
        self.linked: list[set[str]] = [{village.name} for village in self.villages]

    async def settle(self) -> None:
        await self.store.embedding_models.register("none", "none", {"shared": 3})
        for village in self.villages:
            await self.handlers.join(JoinWorkspace("web", village.name, village.canary))
            for _ in range(2):
                await self.meet(village)

    async def meet(self, village: Village) -> None:
        """Let somebody lose and somebody find something, match the two, and claim the found report."""
        lost, found = [await self._report(village, kind) for kind in (ReportLost, ReportFound)]
        async with self.store.session(await self._community(village)) as session:
            [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})])
            card = wording.match_card(match, found, lost, None)
            await session.outbox.post(lost.id, keys.card(match.id, lost.kind), card)
        await self.press(village, "mine", match.id, village.members()[0], words=f"engraved {village.canary}")
        async with self.store.session(lost.community) as session:
            village.claims += [claim.id for claim in await session.claims.on(found.id)]
        village.matches.append(match.id)

    async def _report(self, village: Village, kind: type[ReportLost | ReportFound]) -> Report:
        key, author = uuid4().hex, village.members()[kind.kind is ReportKind.FOUND]
        command = kind(source_key=key, target=village.at(key), author=author, text=f"an umbrella {village.canary}")
        report = (await self.handlers.report(command)).report
        async with self.store.session(report.community) as session:
            await session.reports.set_state(report.id, ReportState.OPEN)
        village.reports.append(report)
        return report

    async def press(self, village: Village, action: Any, subject: UUID, member: Member, words: str = "x") -> str:
        press = Press(
            target=village.at(),
            member=member,
            is_moderator=True,
            action=action,
            subject=subject,
            key=uuid4().hex,
            words=words,
        )
        return str(to_json(await self.handlers.press(press)))

    async def _community(self, village: Village) -> UUID:
        return (await self._workspace(village)).community

    async def _workspace(self, village: Village) -> Workspace:
        workspace = await self.store.workspace("web", village.name)
        assert workspace
        return workspace

    def strangers(self) -> Iterator[tuple[Village, Village]]:
        """Yield random pairs of villages that aren't linked."""
        while True:
            here, there = self.random.sample(self.villages, 2)
            if not any({here.name, there.name} <= group for group in self.linked):
                yield here, there

    async def relink(self) -> None:
        """Link two villages at random, or let one leave its links."""
        here, there = self.random.sample(self.villages, 2)
        together = next(group for group in self.linked if here.name in group)
        if self.random.random() < 0.5 and len(together) > 1:
            await self.handlers.unlink("web", here.name)
            together.remove(here.name)
            self.linked.append({here.name})
        elif there.name not in together:
            await self.handlers.link("web", here.name, await self.handlers.link_code("web", there.name))
            theirs = next(group for group in self.linked if there.name in group)
            self.linked.remove(together)
            theirs |= together

    async def attempt(self, here: Village, there: Village) -> str:
        """Try something from here on what is there's; return all that is shown."""
        member = Member("ada", f"Ada {here.canary}")
        report = self.random.choice(there.reports)
        ways = (self._by_press, self._by_verdict, self._by_post, self._by_link, self._by_sql, self._by_reading)
        try:
            return await self.random.choice(ways)(here, there, report, member)
        except TellUserError as error:
            return f"{error.key} {error.params}"
        except DefectError:
            return ""

    async def _by_press(self, here: Village, there: Village, report: Report, member: Member) -> str:
        subject = self.random.choice([report.id, *there.matches, *there.claims])
        action = self.random.choice(ACTIONS[:-1])
        return await self.press(here, action, subject, member)

    async def _by_verdict(self, here: Village, there: Village, report: Report, member: Member) -> str:
        del report
        match, kind = self.random.choice(there.matches), self.random.choice(list(VerdictKind))
        command = GiveVerdict(target=here.at(), member=member, kind=kind, given=True, is_moderator=True, match=match)
        return str(await self.handlers.give_verdict(command))

    async def _by_post(self, here: Village, there: Village, report: Report, member: Member) -> str:
        del there
        target = here.at(report.target.message or "")
        edited = await self.handlers.edit(EditReport(target=target, text="taken over"))
        withdrawn = await self.handlers.withdraw(Withdraw(target=target, member=member, is_moderator=True))
        assert (edited, withdrawn) == (None, False)
        return str(await self.handlers.report_at(target))

    async def _by_link(self, here: Village, there: Village, report: Report, member: Member) -> str:
        del there, report, member
        await self.handlers.link("web", here.name, "ABCDEFGHJK")
        return "linked by a guess"

    async def _by_sql(self, here: Village, there: Village, report: Report, member: Member) -> str:
        del there, member
        async with self.store.session(await self._community(here)) as session:
            assert await session.reports.get(report.id) is None
            assert not await session._do("UPDATE report SET text = 'x' WHERE id = %(id)s", id=report.id)
            assert not await session._do("DELETE FROM outbox WHERE report_id = %(id)s", id=report.id)
            return str(await session._all("SELECT * FROM match WHERE %(id)s IN (lost_id, found_id)", id=report.id))

    async def _by_reading(self, here: Village, there: Village, report: Report, member: Member) -> str:
        del there, report
        known: list[Any] = [await self.handlers.export("web", here.name, member)]
        known += [to_json(reply) for reply in await self.handlers.my_reports("web", here.name, member)]
        known += [list(await self.handlers.known_posts("web", here.name))]
        known += [list(await self.handlers.known_cards("web", here.name))]
        async with self.store.session(await self._community(here)) as session:
            known += await session._all("SELECT reply FROM outbox")
        return str(known)


@pytest.mark.parametrize("seed", [1])
async def test_no_attempt_at_anothers_data_shows_or_changes_any(
    database_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reunite.verdicts._MATCH_LOOKUP_PAUSES", ())
    async with Store(database_url, keys=KEYS) as store:
        country = Country(store, seed)
        await country.settle()
        pairs = country.strangers()
        for number in range(ATTEMPTS):
            if number % 50 == 0:
                await country.relink()
                while len(country.linked) == 1:  # nobody is a stranger to anybody
                    await country.relink()
            here, there = next(pairs)
            shown = await country.attempt(here, there)
            assert there.canary not in shown, (number, here, there)
        for village in country.villages:
            async with store.session(await country._community(village)) as session:
                kept = [await session.reports.get(report.id) for report in village.reports]
            assert all(report and village.canary in report.text for report in kept)
