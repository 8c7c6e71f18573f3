"""The outbox and deletion in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from reunite.entities import Account, ClaimState, Question, Report, Whereabouts
from reunite.language import sentence
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from reunite.ports import Audience, Ping, Sent
from tests.doubles.memory.tables import OutboxRow, Part, now


class MemoryOutbox(Part):
    """`reunite.ports.outbox.Outbox`; `thread` and `deliver` play the delivery."""

    async def post(
        self, report: UUID, key: ReplyKey, reply: Reply, audience: Audience = "thread", ping: Ping = "always"
    ) -> bool:
        del ping  # only delivery knows of it
        row = self._row(report)
        if row is None or key in self._tables.outbox:
            return False
        if audience == "moderators" and self._tables.workspaces[row.workspace].settings.log_channel is None:
            return False
        self._tables.outbox[key] = OutboxRow(report, key, reply, audience, now())
        return True

    async def revise(self, key: ReplyKey, reply: Reply) -> None:
        row = self._tables.outbox.get(key)
        if row and self._row(row.report) and not row.is_removed:
            self._tables.outbox[key] = replace(row, reply=reply)

    async def note_answered(self, report: UUID) -> None:
        self._tables.reports[report] = replace(self._require(report), is_answered=True)

    async def refresh(self, report: UUID) -> None:
        """Do nothing: `thread` follows the report's state anyway."""

    async def remove_undo_button(self, report: UUID) -> None:
        for row in self._outbox():
            if row.report == report and row.reply.kind == "returned":
                self._tables.outbox[row.key] = replace(row, reply=replace(row.reply, buttons=()))

    async def get(self, key: ReplyKey) -> Reply | None:
        row = self._tables.outbox.get(key)
        return row.reply if row and self._row(row.report) and not row.is_removed else None

    async def came_silently(self, key: ReplyKey) -> bool:
        del key  # only delivery knows of it
        return False

    async def quoting(self, report: UUID) -> Mapping[ReplyKey, Reply]:
        return {row.key: row.reply for row in self._outbox() if report in row.reply.quotes and not row.is_removed}

    async def thread(self, report: UUID, audience: Audience = "thread") -> list[Reply]:
        """Return what a report's thread, or its moderators, are shown, sent or queued, in order."""
        state = self._require(report).report.state
        return [
            row.reply if audience == "moderators" else row.reply.in_report_state(state)
            for row in self._outbox()
            if row.report == report and row.audience == audience and not row.is_removed
        ]

    def deliver(self, key: ReplyKey, sent: Sent) -> None:
        """Record where a reply was sent."""
        row = self._tables.outbox[key]
        self._tables.outbox[key] = replace(row, sent=sent)
        report = self._require(row.report).report
        if row.reply.opens_thread and report.target.message is None:
            self._change(report.id, target=replace(report.target, channel=sent.channel, message=sent.message))


class MemoryDeletion(Part):
    """`reunite.ports.deletion.Deletion`."""

    async def purge(self, report: UUID, ended: Reply | None) -> None:
        purged = self._require(report).report
        for row in self._outbox():
            if ended is None and row.report == report:
                self._reduce(row, None)
            elif report in row.reply.quotes and not row.is_removed:
                is_post = row.reply.opens_thread and row.report == report
                self._reduce(row, ended if is_post else self._without(row, {report}))
        self._remove_words(purged)
        self._forget_claims(report)
        for photo in [number for number, row in self._tables.photos.items() if row.photo.report == report]:
            del self._tables.photos[photo]
        for match in self._matches():
            if report in {match.lost, match.found}:
                self._tables.matches[match.id] = replace(match, why=())
        self._tables.reports[report] = replace(self._require(report), proof_question="", whereabouts=Whereabouts())
        self._change(
            report,
            purged=True,
            text="",
            details="",
            place="",
            author=replace(purged.author, name=""),
            question=None,
            question_answer=None,
        )

    async def separate(self, report: UUID) -> None:
        for row in self._outbox():
            others = {quote for quote in row.reply.quotes if self._is_across(row.report, quote)}
            if row.report != report:
                others &= {report}
            if others and not row.is_removed:
                self._reduce(row, self._without(row, others))
        for match in self._matches():
            if report in {match.lost, match.found} and self._is_across(match.lost, match.found):
                self._remove_words(self._require(match.found).report, {match.lost})
                del self._tables.matches[match.id]
                for claim in [number for number, row in self._tables.claims.items() if row.match == match.id]:
                    del self._tables.claims[claim]

    async def forget_moderator(self, account: Account) -> None:
        known = {match.id for match in self._matches()}
        for number, row in enumerate(self._tables.verdicts):
            if row.match in known and row.verdict.account == account:
                self._tables.verdicts[number] = replace(row, verdict=replace(row.verdict, name=""))
        for number, decided in enumerate(self._tables.claim_decisions):
            if decided.match in known and decided.account == account:
                self._tables.claim_decisions[number] = replace(decided, by=replace(decided.by, name=""))
        for claim in self._tables.claims.values():
            if claim.decision and claim.decision.match in known and claim.decision.account == account:
                unnamed = replace(claim.decision, by=replace(claim.decision.by, name=""))
                self._tables.claims[claim.id] = replace(claim, decision=unnamed)
        for queued in self._outbox():
            word = sentence("unknown_member", self._require(queued.report).report.language)
            self._tables.outbox[queued.key] = replace(queued, reply=queued.reply.without_person(account, word))

    def _is_across(self, one: UUID, other: UUID) -> bool:
        rows = self._row(one), self._row(other)
        return bool(rows[0] and rows[1] and rows[0].workspace != rows[1].workspace)

    def _without(self, row: OutboxRow, reports: Collection[UUID]) -> Reply | None:
        return row.reply.without(reports, sentence("tile_gone", self._require(row.report).report.language))

    def _reduce(self, row: OutboxRow, rest: Reply | None) -> None:
        kept = rest or Reply(row.reply.kind, (), match=row.reply.match)
        self._tables.outbox[row.key] = replace(row, reply=kept, is_removed=rest is None)

    def _remove_words(self, source: Report, among: Collection[UUID] | None = None) -> None:
        """Remove a found report's words from the questions that offer them, and from their answers."""
        for row in self._rows():
            question, report = row.report.question, row.report
            if question and source.id in question.sources and (among is None or report.id in among):
                answer = report.question_answer
                self._change(
                    report.id,
                    question=Question(question.aspect, (), question.sources),
                    question_answer="" if answer and answer == source.place else answer,
                )

    def _forget_claims(self, report: UUID) -> None:
        matches = {match.id: match for match in self._matches()}
        for claim in list(self._tables.claims.values()):
            match = matches.get(claim.match)
            if match and match.found == report:
                del self._tables.claims[claim.id]
            elif match and match.lost == report:
                state = ClaimState.REJECTED if claim.state is ClaimState.OPEN else claim.state
                member = replace(claim.member, name="")
                self._tables.claims[claim.id] = replace(claim, has_proof=False, member=member, state=state)
                self._tables.proofs[claim.id] = ""
