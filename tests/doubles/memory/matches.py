"""Matches, verdicts, claims and candidates in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from reunite.commands import GiveVerdict
from reunite.entities import (
    Account,
    Claim,
    ClaimDecision,
    ClaimState,
    Handover,
    Match,
    MatchState,
    Member,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Verdict,
    Whereabouts,
    Why,
)
from reunite.matching.evidence import Candidate, Item, Search
from reunite.ports import ScoredPair
from reunite.text.content import rare_candidates, significant_words
from reunite.text.rarity import rare_words
from tests.doubles.memory.tables import ClaimTimes, Part, ReportRow, VerdictRow, now


class MemoryMatches(Part):
    """`reunite.ports.matches.Matches`."""

    async def save(self, pair: ScoredPair) -> Match:
        self._require(pair.lost), self._require(pair.found)
        known = next((match for match in self._matches() if (match.lost, match.found) == (pair.lost, pair.found)), None)
        scored = {
            "probability": pair.probability,
            "label": pair.label,
            "why": pair.why,
            "percent": pair.percent,
            "photo": pair.photo,
        }
        if known is None:
            match = Match(uuid4(), pair.lost, pair.found, state=MatchState.UNDECIDED, **scored)  # type: ignore[arg-type]
        else:
            match = replace(known, **scored)  # type: ignore[arg-type]
        self._tables.matches[match.id] = match
        return await self.get(match.id) or match

    async def get(self, match: UUID) -> Match | None:
        return next((known for known in self._matches() if known.id == match), None)

    async def of(self, report: UUID) -> Sequence[Match]:
        found = [match for match in self._matches() if report in {match.lost, match.found}]
        return sorted(found, key=lambda match: (-match.probability, match.id))

    async def ruled_out(self, report: UUID) -> Mapping[UUID, bool]:
        mine, ruled_out = self._require(report), dict[UUID, bool]()
        for match in self._matches():
            if not (match.declined or match.state is MatchState.REJECTED):
                continue
            alone = match.label is not None or match.state is MatchState.REJECTED
            alone = alone or await self.is_shown(match.id, match.lost)
            for theirs in self._rows():
                if theirs.report.kind is ReportKind.LOST and self._is_same_author(theirs, match.lost):
                    other = {theirs.report.id: match.found, match.found: theirs.report.id}.get(mine.report.id)
                    if other:
                        ruled_out[other] = ruled_out.get(other, False) or alone
        return ruled_out

    def _is_same_author(self, row: ReportRow, lost: UUID) -> bool:
        other = self._require(lost)
        return row.report.account == other.report.account

    async def shown_at(self, target: ReplyTarget) -> Match | None:
        for row in self._outbox():
            report = self._require(row.report).report
            place = (row.sent.channel, row.sent.message) if row.sent else None
            if place == (target.channel, target.message) and report.target.platform == target.platform:
                return await self.get(row.reply.match) if row.reply.match else None
        return None

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        return any(
            row.reply.match == match and row.report == report and row.audience == "thread" and not row.is_removed
            for row in self._outbox()
        )

    async def set_why(self, match: UUID, why: tuple[Why, ...]) -> None:
        await self._set(match, why=why)

    async def set_state(self, match: UUID, state: MatchState) -> None:
        await self._set(match, state=state)

    async def decline(self, match: UUID, *, declined: bool) -> None:
        await self._set(match, declined=declined)

    async def pick(self, match: UUID) -> None:
        await self._set(match, picked=True, declined=False)

    async def note_handover(self, match: UUID, handover: Handover) -> None:
        await self._set(match, handover=handover)

    async def release(self, match: UUID) -> None:
        await self._set(match, released=True)

    async def _set(self, match: UUID, **changed: object) -> None:
        if known := await self.get(match):
            self._tables.matches[match] = replace(known, **changed)  # type: ignore[arg-type]


class MemoryVerdicts(Part):
    """`reunite.ports.verdicts.Verdicts`."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None:
        message = None if command.match else command.target.message
        by, account = command.member, command.target.account(command.member)
        verdict = Verdict(
            by.id, command.kind, given, now(), message, command.press, by.name, account.platform, account.workspace
        )
        self._tables.verdicts.append(VerdictRow(match, verdict))

    def _log(self) -> Iterator[VerdictRow]:
        known = {match.id for match in self._matches()}
        return (row for row in self._tables.verdicts if row.match in known)

    async def of(self, match: UUID) -> Sequence[Verdict]:
        return [row.verdict for row in self._log() if row.match == match]

    async def by(self, account: Account) -> Sequence[Verdict]:
        return [row.verdict for row in self._log() if row.verdict.account == account]

    async def add_claim_decision(self, claim: Claim, state: ClaimState, place: ReplyTarget, by: Member) -> None:
        decision = ClaimDecision(claim.match, state, by, place.account(by), now())
        self._tables.claim_decisions.append(decision)
        self._tables.claims[claim.id] = replace(self._tables.claims[claim.id], decision=decision)

    async def claim_decisions_by(self, account: Account) -> Sequence[ClaimDecision]:
        known = {match.id for match in self._matches()}
        decisions = [decision for decision in self._tables.claim_decisions if decision.account == account]
        return [decision for decision in decisions if decision.match in known]


class MemoryClaims(Part):
    """`reunite.ports.claims.Claims`."""

    async def add(self, match: UUID, member: Member, proof: str) -> Claim:
        lost = next(known.lost for known in self._matches() if known.id == match)
        claim = Claim(uuid4(), match, member, self._require(lost).report.account, bool(proof), ClaimState.OPEN)
        self._tables.proofs[claim.id] = proof
        self._tables.claims[claim.id] = claim
        self._tables.claim_times[claim.id] = ClaimTimes(now())
        return claim

    def _claims(self) -> Iterator[tuple[Claim, Match]]:
        matches = {match.id: match for match in self._matches()}
        return ((claim, matches[claim.match]) for claim in self._tables.claims.values() if claim.match in matches)

    async def get(self, claim: UUID) -> Claim | None:
        return next((known for known, _ in self._claims() if known.id == claim), None)

    async def on(self, found: UUID) -> Sequence[Claim]:
        return [claim for claim, match in self._claims() if match.found == found]

    async def by(self, account: Account) -> Sequence[Claim]:
        return [claim for claim, _ in self._claims() if claim.account == account and claim.member.name]

    async def proof(self, claim: UUID) -> str:
        return self._tables.proofs[claim] if await self.get(claim) else ""

    async def set_state(self, claim: UUID, state: ClaimState) -> None:
        if known := await self.get(claim):
            self._tables.claims[claim] = replace(known, state=state)
            self._tables.claim_times[claim] = replace(self._tables.claim_times[claim], decided=now())

    async def forget_answer(self, claim: UUID) -> None:
        if known := await self.get(claim):
            self._tables.claims[claim] = replace(known, has_proof=False)
            self._tables.proofs[claim] = ""

    async def proof_question(self, found: UUID) -> str:
        row = self._row(found)
        return row.proof_question if row else ""

    async def set_proof_question(self, found: UUID, question: str) -> None:
        if row := self._row(found):
            self._tables.reports[found] = replace(row, proof_question=question)

    async def whereabouts(self, found: UUID) -> Whereabouts:
        row = self._row(found)
        return row.whereabouts if row else Whereabouts()

    async def set_whereabouts(self, found: UUID, whereabouts: Whereabouts) -> None:
        if row := self._row(found):
            self._tables.reports[found] = replace(row, whereabouts=whereabouts)


class MemoryCandidates(Part):
    """`reunite.ports.candidates.Candidates` by rare words only: nothing is measured by an encoder."""

    async def open_lost(self) -> Sequence[UUID]:
        return sorted(
            row.report.id
            for row in self._rows()
            if row.report.kind is ReportKind.LOST and row.report.state is ReportState.OPEN and not row.report.sample
        )

    async def has_sealed(self) -> bool:
        return any(row.report.sealed and row.report.state is ReportState.OPEN for row in self._rows())

    async def search(
        self,
        report: Report,
        limit: int,  # noqa: ARG002
        *,
        sealed: bool = False,
        private: bool = True,
    ) -> Search:
        pairs = {
            match.other_side(report.id): match for match in self._matches() if report.id in {match.lost, match.found}
        }
        open_ones = [
            row.report
            for row in self._rows()
            if row.report.kind is report.kind.opposite
            and row.report.state is ReportState.OPEN
            and _scope(row.report) == _scope(report)
            and (private or not row.report.private)
            and (sealed or not row.report.sealed or ((pair := pairs.get(row.report.id)) and pair.released))
        ]
        authors = Counter(report.account for report in open_ones)
        holders = {
            word: {report.id: report.account for report in open_ones if word in significant_words(report.text)}
            for word in rare_candidates(report.text)
        }
        rare, boilerplate = rare_words(holders, authors, len(open_ones))
        left_out = {pair for pair, match in pairs.items() if match.state is MatchState.REJECTED or match.declined}
        return Search(
            _item(report),
            tuple(
                Candidate(_item(report), {}, tuple(sorted(rare[report.id])))
                for report in open_ones
                if report.id in rare and report.id not in left_out
            ),
            open_count=len(open_ones),
            boilerplate=boilerplate,
        )


def _scope(report: Report) -> tuple[str, str] | None:
    """Return the workspace that a sample takes part in; None for a report that isn't one."""
    return (report.target.platform, report.target.workspace) if report.sample else None


def _item(report: Report) -> Item:
    return Item(
        report.id,
        report.kind,
        report.text,
        report.place,
        report.happened_at or report.posted_at or report.created_at,
        time_is_stated=report.happened_at is not None,
        posted_at=report.posted_at,
    )
