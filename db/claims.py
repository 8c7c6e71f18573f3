"""Claims in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import LiteralString
from uuid import UUID

from db import mapping
from db.keys import Keys
from db.queries import Connection, Queries
from reunite.entities import Account, Claim, ClaimState, Member, Whereabouts


class SqlClaims(Queries):
    """`reunite.ports.claims.Claims`. Answers, secret details and whereabouts are encrypted."""

    def __init__(self, connection: Connection, community: UUID, keys: Keys) -> None:
        super().__init__(connection, community)
        self._keys = keys

    async def add(self, match: UUID, member: Member, proof: str) -> Claim:
        row = await self._row(
            f"""WITH c AS (INSERT INTO claim (community_id, match_id, member_id, member_name, proof)
                  VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(proof)s) RETURNING *)
                SELECT {mapping.CLAIM} FROM c {mapping.CLAIMANT}""",
            match=match,
            id=member.id,
            name=member.name,
            proof=self._keys.encrypt(proof),
        )
        return mapping.claim(row)

    async def get(self, claim: UUID) -> Claim | None:
        return next(iter(await self._where("c.id = %(claim)s", claim=claim)), None)

    async def on(self, found: UUID) -> Sequence[Claim]:
        return await self._where("m.found_id = %(found)s ORDER BY c.at", found=found)

    async def by(self, account: Account) -> Sequence[Claim]:
        return await self._where(
            """lost.author_id = %(id)s AND w.platform = %(platform)s AND %(workspace)s IN ('', w.external_id)
               AND c.member_name <> '' ORDER BY c.at""",
            **asdict(account),
        )

    async def proof(self, claim: UUID) -> str:
        row = await self._one("SELECT proof FROM claim WHERE id = %(claim)s", claim=claim)
        return self._keys.decrypt(row["proof"]) if row else ""

    async def set_state(self, claim: UUID, state: ClaimState) -> None:
        await self._do(
            "UPDATE claim SET state = %(state)s, decided_at = now() WHERE id = %(claim)s", claim=claim, state=state
        )

    async def forget_answer(self, claim: UUID) -> None:
        await self._do("UPDATE claim SET proof = '' WHERE id = %(claim)s", claim=claim)

    async def proof_question(self, found: UUID) -> str:
        row = await self._one("SELECT proof_question FROM report WHERE id = %(found)s", found=found)
        return self._keys.decrypt(row["proof_question"]) if row else ""

    async def set_proof_question(self, found: UUID, question: str) -> None:
        await self._do(
            "UPDATE report SET proof_question = %(question)s WHERE id = %(found)s",
            question=self._keys.encrypt(question),
            found=found,
        )

    async def whereabouts(self, found: UUID) -> Whereabouts:
        row = await self._one("SELECT kept_at, kept_code FROM report WHERE id = %(found)s", found=found)
        if row is None:
            return Whereabouts()
        return Whereabouts(self._keys.decrypt(row["kept_at"]), self._keys.decrypt(row["kept_code"]))

    async def set_whereabouts(self, found: UUID, whereabouts: Whereabouts) -> None:
        await self._do(
            "UPDATE report SET kept_at = %(place)s, kept_code = %(code)s WHERE id = %(found)s",
            place=self._keys.encrypt(whereabouts.place),
            code=self._keys.encrypt(whereabouts.code),
            found=found,
        )

    async def _where(self, condition: LiteralString, **params: object) -> list[Claim]:
        """Return the claims `c` that a condition holds for; `mapping.CLAIMANT` has the other tables."""
        rows = await self._all(f"SELECT {mapping.CLAIM} FROM claim c {mapping.CLAIMANT} WHERE {condition}", **params)
        return [mapping.claim(row) for row in rows]
