"""Reports, matches and claims as Slack shows them, for the snapshots of blocks and views."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

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
from reunite.messages.reply import Jump, Person, Picture, Plain, Quoted, Reply, Tile

SNAPSHOTS: Final = Path(__file__).parents[1] / "unit" / "snapshots"
POST = ReplyTarget("slack", "T1", "C1", "1800000000.000001")
MONDAY = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
ADA, BEN, MO = Member("U1", "Ada"), Member("U2", "Ben"), Person("slack", Member("U3", "Mo"))
HOSTILE = "<!channel> <@U1> *bold* `code` & <http://x|y>"


def link_to(target: ReplyTarget) -> str | None:
    """Return where a post would be."""
    return f"https://world.slack.com/archives/{target.channel}/p{target.message}"


def report(kind: ReportKind, author: Member, text: str, place: str = "", language: str = "en") -> Report:
    """Return a report of Monday."""
    number = UUID(int=1 if kind is ReportKind.LOST else 2)
    return Report(
        number, UUID(int=9), kind, ReportState.OPEN, author, text, place, None, POST, created_at=MONDAY,
        expires_at=datetime(2026, 7, 10, tzinfo=UTC), language=language,
    )  # fmt: skip


def replies(language: str = "en") -> Mapping[str, Reply]:
    """Return one reply of each kind that Slack gets, by a name for it."""
    lost = report(ReportKind.LOST, ADA, f"black rucksack, laptop inside\n{HOSTILE}", "library", language)
    found = report(ReportKind.FOUND, BEN, "a rucksack", "the library", language)
    sealed = replace(found, sealed=True, category="keys")
    why = (Why("thing", "backpack", "agrees"), Why("colour", "black", "partly"), Why("words", "brand", "unknown"))
    match = Match(UUID(int=5), lost.id, found.id, 0.97, Label.HIGH, why, MatchState.UNDECIDED, percent=True)
    claim = Claim(UUID(int=7), match.id, ADA, lost.account, has_proof=True, state=ClaimState.OPEN)
    held = Claimed(claim, match, lost, found)
    numbers = Statistics(3, 128, 40, 60, 38, 5, "clip/vit-b-32")
    question = Question("place", ("library & <!channel>", "x" * 100))
    closest = replace(match, id=UUID(int=15), label=None)
    tiles = [Tile(1, match.id, found.id, Label.HIGH), Tile(2, closest.id, found.id)]
    shown = {
        "looking": wording.report_post(lost),
        "sealed": wording.report_post(sealed),
        "answer": wording.first_reply(lost, 3, 128),
        "gallery": galleries.first_gallery(lost, [(match, found), (closest, found)], tiles, 128),
        "look": looks.page(lost, [[(match, found)], [(closest, found)]], 0, tiles[:1], looks.head(lost, [], 128, [])),
        "nothing": wording.nothing(lost, 128),
        "match": wording.match_card(match, found, lost, Picture(UUID(int=8), found.id)),
        "owner_found": wording.match_card(match, lost, found, None),
        "question": wording.question(lost, question),
        "returned": wording.verdict(MatchState.UNDECIDED, MatchState.CONFIRMED, MO, found, lost),
        "problem": wording.problem("photo_gone", language, None, name="a.jpg"),
        "log": notices.log_line(match, lost, found, found, None),
        "log_sealed": notices.log_line(match, lost, sealed, sealed, None),
        "claimed": notices.claimed(claim, lost, found),
        "claim_card": handovers.claim_card(held, found, Picture(UUID(int=8), found.id), None),
        "conversation": handovers.conversation(held, Whereabouts("Reception", "L1920"), by_word=True),
        "claim_seen": notices.claim_seen(
            claim, Quoted("a *secret*", found.id), Quoted("my *name* is inside", lost.id), language
        ),
        "declined": notices.declined(match, language),
        "own_report": notices.own_report(lost, language),
        "privacy": notices.privacy(UUID(int=9), 60, language),
        "statistics": notices.statistics(numbers, language),
    }
    places = {lost.id: POST, found.id: POST}
    return {name: reply.with_targets(places) for name, reply in shown.items()}


def hostile() -> Reply:
    """Return a reply that quotes what would ping everybody."""
    return Reply("report_post", ((Quoted(HOSTILE, UUID(int=1)),),))


def jump() -> Reply:
    """Return a reply whose link leads nowhere."""
    return Reply("rejected", ((Plain("Mo says "), Jump(UUID(int=1), "that post"), Plain(" isn't it.")),))


def same_as_before(name: str, shown: Any) -> bool:
    """Return whether the shown blocks are those of the file; WRITE_SNAPSHOTS=1 rewrites the file."""
    file = SNAPSHOTS / f"slack_{name}.yaml"
    if os.environ.get("WRITE_SNAPSHOTS"):
        file.write_text(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, width=110), "utf-8")
    return bool(shown == yaml.safe_load(file.read_text("utf-8")))
