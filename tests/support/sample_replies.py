"""Replies of every kind as the people of one platform get them; what members write in them is hostile there."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from reunite.entities import (
    Claim,
    ClaimState,
    Label,
    Match,
    MatchState,
    Member,
    Question,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Statistics,
    Whereabouts,
    Why,
)
from reunite.messages import galleries, handovers, looks, notices, wording
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Person, Picture, Plain, Quoted, Reply, Strong, Tile

MONDAY: Final = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
_END: Final = datetime(2026, 7, 10, tzinfo=UTC)
_WHY: Final = (Why("thing", "backpack", "agrees"), Why("colour", "black", "partly"), Why("words", "brand", "unknown"))


@dataclass(frozen=True)
class Samples:
    """A lost and a found report, their match, and a claim. `hostile` is what would ping or format on the platform."""

    post: ReplyTarget
    owner: Member
    finder: Member
    moderator: Person
    hostile: str
    language: str = "en"

    def report(self, kind: ReportKind, text: str, place: str = "") -> Report:
        author, number = (self.owner, 1) if kind is ReportKind.LOST else (self.finder, 2)
        return Report(
            UUID(int=number), UUID(int=9), kind, ReportState.OPEN, author, text, place, None, self.post,
            created_at=MONDAY, expires_at=_END, language=self.language,
        )  # fmt: skip

    @cached_property
    def lost(self) -> Report:
        return self.report(ReportKind.LOST, f"black rucksack, laptop inside\n{self.hostile}", "library, 2nd floor")

    @cached_property
    def found(self) -> Report:
        return self.report(ReportKind.FOUND, "a rucksack", "the library")

    @cached_property
    def match(self) -> Match:
        number, sides = UUID(int=5), (self.lost.id, self.found.id)
        return Match(number, *sides, 0.97, Label.HIGH, _WHY, MatchState.UNDECIDED, percent=True)

    @cached_property
    def possible(self) -> Match:
        return replace(self.match, label=Label.POSSIBLE, probability=0.4, percent=False)

    @cached_property
    def claim(self) -> Claim:
        return Claim(
            UUID(int=7),
            self.match.id,
            self.owner,
            self.lost.account,
            has_proof=True,
            state=ClaimState.OPEN,
        )

    def public(self) -> dict[str, Reply]:
        """Return the replies that a thread or the moderators' channel shows, by a name for each."""
        lost, found, match, possible = self.lost, self.found, self.match, self.possible
        sealed, picture = replace(found, sealed=True, category="keys"), Picture(UUID(int=8), found.id)
        closest = replace(match, id=UUID(int=15), label=None)
        pairs = [(possible, found), (closest, replace(found, place=self.hostile))]
        tiles = [Tile(1, possible.id, found.id, Label.POSSIBLE, UUID(int=8)), Tile(2, closest.id, found.id)]
        held = Claimed(self.claim, match, lost, found)
        undecided, confirmed, rejected = MatchState.UNDECIDED, MatchState.CONFIRMED, MatchState.REJECTED
        stranger = Person("web", Member("U9", f"Eve {self.hostile}"))
        shown = {
            "looking": wording.report_post(lost),
            "sealed": wording.report_post(sealed),
            "answer": wording.first_reply(lost, 3, 128),
            "gallery": galleries.first_gallery(lost, pairs, tiles, 128),
            "look": looks.page(lost, [pairs, pairs], 0, tiles, looks.head(lost, pairs, 128, [f"{self.hostile}.jpg"])),
            "nothing": wording.nothing(lost, 128),
            "owner_found": wording.match_card(match, lost, found, picture),
            "may_be_yours": wording.match_card(possible, found, lost, picture),
            "question": wording.question(lost, Question("place", ("library", self.hostile, "x" * 100))),
            "thanks": wording.thanks(lost, [(match, found)]),
            "returned": wording.verdict(undecided, confirmed, self.moderator, found, lost),
            "rejected": wording.verdict(undecided, rejected, self.moderator, found, lost),
            "reopened": wording.verdict(confirmed, undecided, self.moderator, found, lost),
            "expired": wording.expired(self.language),
            "withdrawn": wording.ended(self.language),
            "problem": wording.problem("photo_gone", self.language, None, name="a.jpg"),
            "log": notices.log_line(match, lost, found, found, picture),
            "log_sealed": notices.log_line(match, lost, sealed, sealed, picture),
            "claimed": notices.claimed(self.claim, match, lost, found),
            "claim_card": handovers.claim_card(held, found, picture, None),
            "conversation": handovers.conversation(held, Whereabouts("Reception", "L1920"), members_can_return=True),
            "from_another_platform": Reply("nothing", ((stranger, Strong(" wrote"), Plain(".")),)),
        }
        return {name: self._linked(reply) for name, reply in shown.items()}

    def private(self) -> dict[str, Reply]:
        """Return the replies that only one person sees, by a name for each."""
        question, proof = Quoted("a *secret*", self.found.id), Quoted("my *name* is inside", self.lost.id)
        shown = {
            "claim_seen": notices.claim_seen(self.claim, question, proof, self.language),
            "own_report": notices.own_report(self.lost, self.language),
            "privacy": notices.privacy(UUID(int=9), 60, self.language),
            "statistics": notices.statistics(Statistics(3, 128, 40, 60, 38, 5), self.language),
            "declined": notices.declined(self.match, self.language),
        }
        return {name: self._linked(reply) for name, reply in shown.items()}

    def _linked(self, reply: Reply) -> Reply:
        return reply.with_targets({self.lost.id: self.post, self.found.id: self.post})
