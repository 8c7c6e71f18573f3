"""The append-only log of verdicts, of decisions on claims, and of reports that moderators deleted, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from db import mapping
from db.queries import Queries
from reunite.commands import GiveVerdict
from reunite.entities import Account, ClaimDecision, Decision, Member, ReplyTarget, ReportDeletion, Verdict

_THERE: Final = "platform = %(platform)s AND workspace = %(workspace)s"
"""In the account's own workspace. A decision from an unknown place is nobody's."""


class SqlVerdicts(Queries):
    """`reunite.ports.verdicts.Verdicts`."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None:
        await self._do(
            "INSERT INTO verdict"
            " (community_id, match_id, moderator_id, moderator_name, platform, workspace, kind, given, message, press)"
            " VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(platform)s, %(workspace)s, %(kind)s, %(given)s,"
            " %(message)s, %(press)s)",
            match=match,
            **asdict(command.target.account(command.member)),
            name=command.member.name,
            kind=command.kind,
            given=given,
            message=None if command.match else command.target.message,
            press=command.press,
        )

    async def of(self, match: UUID) -> Sequence[Verdict]:
        rows = await self._all("SELECT * FROM verdict WHERE match_id = %(match)s ORDER BY seq", match=match)
        return [mapping.verdict(row) for row in rows]

    async def by(self, account: Account) -> Sequence[Verdict]:
        rows = await self._all(
            f"SELECT * FROM verdict WHERE moderator_id = %(id)s AND {_THERE} ORDER BY seq", **asdict(account)
        )
        return [mapping.verdict(row) for row in rows]

    async def add_decision(self, match: UUID, state: Decision, place: ReplyTarget, by: Member) -> None:
        await self._do(
            "INSERT INTO claim_decision (community_id, match_id, member_id, member_name, platform, workspace, state)"
            " VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(platform)s, %(workspace)s, %(state)s)",
            match=match,
            **asdict(place.account(by)),
            name=by.name,
            state=state,
        )

    async def decisions_by(self, account: Account) -> Sequence[ClaimDecision]:
        rows = await self._all(
            f"SELECT * FROM claim_decision WHERE member_id = %(id)s AND {_THERE} ORDER BY seq", **asdict(account)
        )
        return [mapping.claim_decision(row) for row in rows]

    async def add_deletion(self, report: UUID, place: ReplyTarget, by: Member) -> None:
        await self._do(
            "INSERT INTO report_deletion (community_id, report_id, member_id, member_name, platform, workspace)"
            " VALUES (%(community)s, %(report)s, %(id)s, %(name)s, %(platform)s, %(workspace)s)",
            report=report,
            **asdict(place.account(by)),
            name=by.name,
        )

    async def deletions_by(self, account: Account) -> Sequence[ReportDeletion]:
        rows = await self._all(
            f"SELECT * FROM report_deletion WHERE member_id = %(id)s AND {_THERE} ORDER BY seq", **asdict(account)
        )
        return [ReportDeletion(row["report_id"], row["at"]) for row in rows]
