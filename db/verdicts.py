"""The append-only log of verdicts in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from db import mapping
from db.queries import Queries
from reunite.commands import GiveVerdict
from reunite.entities import Verdict


class SqlVerdicts(Queries):
    """`reunite.ports.verdicts.Verdicts`."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None:
        await self._do(
            "INSERT INTO verdict"
            " (community_id, match_id, moderator_id, moderator_name, platform, kind, given, message, press) VALUES"
            " (%(community)s, %(match)s, %(id)s, %(name)s, %(platform)s, %(kind)s, %(given)s, %(message)s, %(press)s)",
            community=self.community,
            match=match,
            id=command.member.id,
            name=command.member.name,
            platform=command.target.platform,
            kind=command.kind,
            given=given,
            message=None if command.match else command.target.message,
            press=command.press,
        )

    async def of(self, match: UUID) -> Sequence[Verdict]:
        found = await self._all("SELECT * FROM verdict WHERE match_id = %(match)s ORDER BY seq", match=match)
        return [mapping.verdict(row) for row in found]

    async def by(self, member: str) -> Sequence[Verdict]:
        found = await self._all("SELECT * FROM verdict WHERE moderator_id = %(member)s ORDER BY seq", member=member)
        return [mapping.verdict(row) for row in found]
