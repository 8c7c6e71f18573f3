"""Matches, the log of verdicts, and claims."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from db import rows
from db.queries import Queries, as_real
from reunite.commands import GiveVerdict
from reunite.entities import (
    Claim,
    ClaimState,
    Match,
    MatchState,
    Member,
    ReplyTarget,
    Verdict,
)
from reunite.errors import DefectError
from reunite.ports import ScoredPair

FORGOTTEN: Final = "answer = '', member_name = '', state = CASE state WHEN 'open' THEN 'rejected' ELSE state END"
"""What is left of a claim whose loss is over: that there was one, so that nobody gets more tries by reporting anew."""


class MatchQueries(Queries):
    """Matches within one community's transaction."""

    async def save_match(self, pair: ScoredPair) -> Match:
        """Write a pair, or bring a known one up to date; its verdicts stay."""
        row = await self._one(
            """INSERT INTO match (community_id, lost_id, found_id, model_id, probability, label, why, evidence,
                                  percent)
               SELECT %(community)s, %(lost)s, %(found)s, id, %(probability)s, %(label)s, %(why)s, %(evidence)s,
                      %(percent)s
               FROM model WHERE live
               ON CONFLICT (lost_id, found_id) DO UPDATE SET model_id = excluded.model_id,
                 probability = excluded.probability, label = excluded.label, why = excluded.why,
                 evidence = excluded.evidence, percent = excluded.percent
               RETURNING *""",
            community=self.community,
            lost=pair.lost,
            found=pair.found,
            probability=as_real(pair.probability),
            label=pair.label,
            why=Jsonb([asdict(why) for why in pair.why]),
            evidence=Jsonb(dict(pair.evidence)),
            percent=pair.percent,
        )
        if row is None:
            msg = "a match was to be saved before any model is live"
            raise DefectError(msg)
        return rows.match(row)

    async def match(self, match: UUID) -> Match | None:
        """Return a match."""
        row = await self._one("SELECT * FROM match WHERE id = %(match)s", match=match)
        return rows.match(row) if row else None

    async def match_shown_at(self, target: ReplyTarget) -> Match | None:
        """Return the match that the sent reply `target.message` shows."""
        row = await self._one(
            """SELECT m.* FROM match m JOIN outbox o ON o.match_id = m.id
               WHERE o.platform = %(platform)s::platform AND o.sent_channel = %(channel)s
                 AND o.sent_message = %(message)s""",
            platform=target.platform,
            channel=target.channel,
            message=target.message,
        )
        return rows.match(row) if row else None

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        """Tell whether a report's thread shows a match, or is about to."""
        row = await self._one(
            "SELECT 1 FROM outbox WHERE match_id = %(match)s AND report_id = %(report)s AND audience = 'thread'"
            " AND task <> 'remove'",
            match=match,
            report=report,
        )
        return row is not None

    async def matches_of(self, report: UUID) -> Sequence[Match]:
        """Return every match of a report, most probable first."""
        found = await self._all(
            "SELECT * FROM match WHERE lost_id = %(report)s OR found_id = %(report)s ORDER BY probability DESC, id",
            report=report,
        )
        return [rows.match(row) for row in found]

    async def set_match_state(self, match: UUID, state: MatchState) -> None:
        """Record what the standing verdicts make of a match."""
        await self._do("UPDATE match SET state = %(state)s WHERE id = %(match)s", match=match, state=state)

    async def add_verdict(self, match: UUID, command: GiveVerdict, *, given: bool) -> None:
        """Append to the log of verdicts."""
        await self._do(
            "INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, kind, given, message, press)"
            " VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(kind)s, %(given)s, %(message)s, %(press)s)",
            community=self.community,
            match=match,
            id=command.member.id,
            name=command.member.name,
            kind=command.kind,
            given=given,
            message=None if command.match else command.target.message,
            press=command.press,
        )

    async def verdicts(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log of verdicts, oldest first."""
        found = await self._all("SELECT * FROM verdict WHERE match_id = %(match)s ORDER BY seq", match=match)
        return [rows.verdict(row) for row in found]

    async def decline(self, match: UUID, *, declined: bool) -> None:
        """Note whether the owner says that it is not theirs."""
        await self._do("UPDATE match SET declined = %(declined)s WHERE id = %(match)s", match=match, declined=declined)

    async def release(self, match: UUID) -> None:
        """Note that the owner may know of a sealed find."""
        await self._do("UPDATE match SET released = true WHERE id = %(match)s", match=match)

    # Claims

    async def add_claim(self, match: UUID, member: Member, answer: str) -> Claim:
        """Write a claim down."""
        row = await self._one(
            """INSERT INTO claim (community_id, match_id, member_id, member_name, answer)
               VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(answer)s) RETURNING *""",
            community=self.community,
            match=match,
            id=member.id,
            name=member.name,
            answer=answer,
        )
        return rows.claim(row or {})

    async def claim(self, claim: UUID) -> Claim | None:
        """Return a claim."""
        row = await self._one("SELECT * FROM claim WHERE id = %(claim)s", claim=claim)
        return rows.claim(row) if row else None

    async def claims_on(self, found: UUID) -> Sequence[Claim]:
        """Return every claim on a find, oldest first."""
        found_rows = await self._all(
            "SELECT c.* FROM claim c JOIN match m ON m.id = c.match_id WHERE m.found_id = %(found)s ORDER BY c.at",
            found=found,
        )
        return [rows.claim(row) for row in found_rows]

    async def claims_by(self, member: str) -> Sequence[Claim]:
        """Return what a member has claimed, as far as it is still known."""
        found = await self._all(
            "SELECT * FROM claim WHERE member_id = %(member)s AND answer <> '' ORDER BY at", member=member
        )
        return [rows.claim(row) for row in found]

    async def verdicts_by(self, member: str) -> Sequence[Verdict]:
        """Return the verdicts that a member has given or taken back."""
        found = await self._all("SELECT * FROM verdict WHERE moderator_id = %(member)s ORDER BY seq", member=member)
        return [rows.verdict(row) for row in found]

    async def set_claim_state(self, claim: UUID, state: ClaimState) -> None:
        """Note what came of a claim."""
        await self._do("UPDATE claim SET state = %(state)s WHERE id = %(claim)s", claim=claim, state=state)

    async def forget_moderator(self, member: str) -> None:
        """Take a member's name out of the log of verdicts, and out of the replies that told of them."""
        await self._do(
            """UPDATE outbox SET reply = replace(reply::text, named.person::text, named.nobody::text)::jsonb
               FROM (SELECT DISTINCT jsonb_build_object('id', moderator_id, 'name', moderator_name) AS person,
                       jsonb_build_object('id', moderator_id, 'name', '') AS nobody
                     FROM verdict WHERE moderator_id = %(member)s AND moderator_name <> '') AS named
               WHERE strpos(reply::text, named.person::text) > 0""",
            member=member,
        )
        await self._do("SELECT forget_moderator(%(member)s)", member=member)
