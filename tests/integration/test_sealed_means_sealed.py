"""Nothing that anyone reads tells what is sealed or private, whatever happens and before and after *Release*.

A new message needs a line in `MAKERS`: what is done so that it's said. Everything that is then in a thread, in a
private reply, an export, a thread's name or the log is searched for words, names and photos that its readers may not
know.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from bot.discord.render import render, thread_name, title_of
from bot.slack.render import blocks, notification
from bot.web.render import reply_json
from reunite.commands import EditReport, Look, Withdraw
from reunite.entities import IncomingPhoto, Label, Match, Member, ReplyTarget, Report, ReportKind, VerdictKind, Why
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.handover import note_no_conversation
from reunite.language import sentence
from reunite.messages.reply import Action, Reply, from_json
from reunite.ports import Audience, Outgoing, ScoredPair
from reunite.rules import MAX_TILES
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVE: Final = Member("eve", "Eve Nobody")
OF_FIND: Final = ("Quandt", "zofia", "kq4417", "blue tag", "Ben Nevis", "id.jpg", "tag ✓", "blue ✓")
"""Words, names and reasons that a sealed found report keeps from all but its finder and the moderators."""
OF_LOSS: Final = ("Rosalind", "green diary", "attic", "Ada Lovelace", "diary.jpg")
"""What a private lost report keeps from all but its author and the moderators."""
PLACE: Final = "Porter's lodge"
"""Where the found report is: only its finder, the moderators and, once the claim is accepted, the owner read it."""
THE_TWO: Final = "the two"
"""The readers of the conversation, in which owner and finder are named."""
WHY: Final = (
    Why("thing", "tag", "agrees"),
    Why("colour", "blue", "agrees"),
    Why("words", "quandt", "agrees"),
    Why("words", "kq4417", "agrees"),
    Why("place", "attic", "differs"),
)


@dataclass
class Scene:
    """A match, and the private replies and exports that people got, each with the person."""

    stage: Stage
    lost: Report
    found: Report
    match: Match
    photo: str
    """The found report's, by the id under which it could be shown."""
    private: list[tuple[Member, str]] = field(default_factory=list)

    async def press(self, action: Action, subject: Any, by: Member, **fields: Any) -> Reply | None:
        """Press a button, and keep what it answers, if only that it can't be done."""
        try:
            reply = await self.stage.press(action, subject, by, **fields)
        except TellUserError as error:
            self.private.append((by, str(error)))
            return None
        self.private.append((by, shown(reply)))
        return reply

    async def search(self, *, label: Label | None = Label.HIGH) -> None:
        """Search from both sides."""
        await self.stage.search(await self.stage.now(self.lost), self.found, label=label, why=WHY)
        await self.stage.search(await self.stage.now(self.found), self.lost, label=label, why=WHY)

    async def claim(self) -> Any:
        """Claim the found report as its owner; return the claim, None where it can't be claimed."""
        await self.press("mine", self.match.id, ADA, words="the tag says so")
        async with self.stage.session(self.found.community) as session:
            claims = await session.claims.on(self.found.id)
        return claims[-1].id if claims else None


Maker = Callable[[Scene], Awaitable[object]]


async def _search_again(scene: Scene) -> None:
    await scene.search()


async def _gallery(scene: Scene) -> None:
    """Go through all galleries and cards that the owner may see."""
    await scene.stage.found("a tag, green")
    await scene.search(label=None)
    await scene.press("pick", scene.match.id, ADA)
    await scene.press("none_of_these", scene.lost.id, ADA)
    await scene.press("not_mine", scene.match.id, ADA)


async def _question(scene: Scene) -> None:
    other = await scene.stage.found("another tag", place="gym")
    third = await scene.stage.found("a third tag", place="pool")
    await scene.stage.search(scene.lost, scene.found, other, third, label=Label.POSSIBLE)


async def _claim(scene: Scene) -> None:
    await scene.claim()


async def _see_claim(scene: Scene) -> None:
    claim = await scene.claim()
    await scene.press("proof_question", scene.found.id, BEN, words="what does it say?")
    for member in (MODERATOR, EVE):
        await scene.press("see_claim", claim or scene.match.id, member)


async def _accept(scene: Scene) -> None:
    await scene.press("accept_claim", await scene.claim() or scene.match.id, MODERATOR)


async def _reject(scene: Scene) -> None:
    await scene.press("reject_claim", await scene.claim() or scene.match.id, MODERATOR)


async def _verdicts(scene: Scene) -> None:
    """Confirm and reject, and take both back."""
    for kind in VerdictKind:
        for given in (True, False):
            await scene.stage.verdict(scene.match, kind, given=given)
            await scene.stage.deliver(scene.lost)


async def _edit_found(scene: Scene) -> None:
    text = "Passport of Zofia Quandt KQ4417 with a blue tag and a cord"
    await scene.stage.handlers.edit(EditReport(target=scene.found.target, text=text))


async def _edit_lost(scene: Scene) -> None:
    await scene.stage.handlers.edit(EditReport(target=scene.lost.target, text="Rosalind's green diary, a thick one"))


async def _details(scene: Scene) -> None:
    await scene.press("add_detail", scene.found.id, BEN, words="Quandt again")
    await scene.press("add_detail", scene.lost.id, ADA, words="says Rosalind")
    await scene.press("add_photo", scene.lost.id, ADA, photos=(IncomingPhoto("diary.jpg", data=b"x"),))


async def _lists(scene: Scene) -> None:
    """Show everyone their reports, their export, and the community's numbers."""
    for member in (ADA, BEN, EVE):
        replies = await scene.stage.handlers.my_reports("web", "here", member, "en")
        scene.private += [(member, shown(reply)) for reply in replies]
        export = await scene.stage.handlers.export("web", "here", member)
        scene.private.append((member, json.dumps(export, ensure_ascii=False, default=str)))
    scene.private.append((EVE, shown(await scene.stage.handlers.statistics("web", "here"))))
    scene.private.append((EVE, shown(await scene.stage.handlers.privacy("web", "here", EVE))))


async def _extend(scene: Scene) -> None:
    await scene.press("extend", scene.lost.id, ADA)
    await scene.press("extend", scene.found.id, BEN)


async def _expire(scene: Scene) -> None:
    scene.stage.later(61)
    async with scene.stage.session(scene.lost.community) as session:
        for report in (scene.lost, scene.found):
            await expire(session, report.id, scene.stage.time)


async def _withdraw(scene: Scene) -> None:
    await scene.stage.handlers.withdraw(Withdraw(target=scene.found.target))


async def _withdraw_lost(scene: Scene) -> None:
    await scene.press("withdraw", scene.lost.id, ADA)


async def _look(scene: Scene) -> None:
    """Let somebody else search for both, turn the pages, and say that a found report is theirs."""
    stage = scene.stage
    target = ReplyTarget("web", "here", "found", "any")
    command = Look(source_key="look", target=target, author=EVE, text="a tag", posted_at=stage.time)
    look = await stage.handlers.look(command)
    others = [await stage.found(f"tag {number}", key=f"9{number}", author=MODERATOR) for number in range(MAX_TILES)]
    async with stage.session(scene.found.community) as session:
        for number, found in enumerate((scene.found, *others)):
            why = WHY[:-1] if found is scene.found else ()
            await session.matches.save([ScoredPair(look, found.id, 0.9 - number / 100, Label.HIGH, why, {})])
        await session.reports.mark_first_reply(look)
        matches = await session.matches.of(look)
    answer = await stage.handlers.look_answer("web", "here", look, "en")
    assert answer
    scene.private.append((EVE, shown(answer)))
    for match in matches:
        await scene.press("look_page", match.id, EVE)
    for match in matches:
        await scene.press("look_mine", match.id, EVE, words="the tag says so")


async def _handover(scene: Scene) -> None:
    """Say where the found report is, give it back, and open no conversation in the end."""
    await scene.press("whereabouts", scene.found.id, BEN, words=PLACE, code="L1920")
    await scene.press("accept_claim", await scene.claim() or scene.match.id, MODERATOR)
    for member in (EVE, ADA, BEN):
        await scene.press("where_is_it", scene.match.id, member)
    async with scene.stage.session(scene.found.community) as session:
        await note_no_conversation(session, scene.match.id)
    await scene.press("got_back", scene.match.id, ADA)
    await scene.press("handed_over", scene.match.id, BEN)


async def _withdraw_claim(scene: Scene) -> None:
    """Say that it isn't theirs after all, once before and once after it's accepted."""
    await scene.claim()
    await scene.press("not_mine", scene.match.id, ADA)
    await scene.press("accept_claim", await scene.claim() or scene.match.id, MODERATOR)
    await scene.press("not_mine", scene.match.id, ADA)


async def _one_side_says_so(scene: Scene) -> None:
    """Say where the found report is, too: the conversation shows it until it's back."""
    await scene.press("whereabouts", scene.found.id, BEN, words=PLACE, code="L1920")
    await scene.press("accept_claim", await scene.claim() or scene.match.id, MODERATOR)
    await scene.press("handed_over", scene.match.id, BEN)


async def _claim_waits(scene: Scene) -> None:
    await scene.claim()
    await scene.stage.remind(25)


async def _reminders(scene: Scene) -> None:
    """Bring up a claim, its acceptance and the end of both reports."""
    claim = await scene.claim()
    await scene.stage.remind(25)
    await scene.press("accept_claim", claim or scene.match.id, MODERATOR)
    for hours in (49, 54 * 24):
        await scene.stage.remind(hours)
    await scene.press("reminders_off", scene.lost.id, ADA)


async def _digest(scene: Scene) -> None:
    await scene.stage.join(log_channel="log", digest=True)
    await scene.stage.found("a tag, green", key="9")
    await scene.stage.digest(8)


MAKERS: Final[Sequence[Maker]] = (
    _search_again,
    _gallery,
    _question,
    _claim,
    _see_claim,
    _accept,
    _reject,
    _verdicts,
    _edit_found,
    _edit_lost,
    _details,
    _lists,
    _extend,
    _expire,
    _withdraw,
    _withdraw_lost,
    _look,
    _handover,
    _withdraw_claim,
    _one_side_says_so,
    _claim_waits,
    _reminders,
    _digest,
)


_AUDIENCES: Final[dict[Audience, str]] = {"pair": THE_TWO, "channel": "everyone"}


def shown(reply: Reply) -> str:
    """Return a reply as all three platforms give it a form, and what it may name its thread by."""
    rendered = render(Outgoing("k", ReplyTarget("discord", "1", "2", "3"), reply), "en")
    parts = [
        reply.text(),
        f"{rendered.content} {rendered.embed.to_dict() if rendered.embed else None} {rendered.buttons}",
        title_of(reply),
        thread_name(ReportKind.FOUND, title_of(reply), datetime.now(UTC)),
        json.dumps(blocks(reply, lambda _: None), ensure_ascii=False, default=str),
        notification(reply),
        json.dumps(reply_json(reply), ensure_ascii=False, default=str),
    ]
    return "\n".join(parts)


async def scene_of(stage: Stage, *, sealed: bool, private: bool, released: bool) -> Scene:
    await stage.join(log_channel="log")
    found = await stage.found(
        "Passport of Zofia Quandt KQ4417, blue tag",
        key="1",
        photos=(IncomingPhoto("id.jpg", data=b"x"),),
        sealed=sealed,
        category="id" if sealed else "other",
    )
    lost = await stage.lost("Rosalind's green diary", key="2", place="attic", private=private)
    await stage.keep_photos(found)
    await stage.search(lost, found, why=WHY)
    async with stage.session(found.community) as session:
        [photo] = await session.photos.of(found.id)
    scene = Scene(stage, lost, found, await stage.match(lost), str(photo.id))
    if released:
        await scene.press("release", scene.match.id, MODERATOR)
    await stage.deliver(lost)
    return scene


async def everything(scene: Scene) -> list[tuple[str, str]]:
    """Return all that was said outside the moderators' channel, with who reads it: the thread or the member."""
    threads = {scene.lost.id: "the lost report", scene.found.id: "the found report"}
    async with scene.stage.session(scene.found.community) as session:
        query = "SELECT report_id, audience, reply FROM outbox WHERE audience <> 'moderators' ORDER BY seq"
        rows = await session._all(query)
    seen = [
        (_AUDIENCES.get(row["audience"]) or threads.get(row["report_id"], "another"), shown(from_json(row["reply"])))
        for row in rows
    ]
    return seen + [(member.id, words) for member, words in scene.private]


def forbidden(scene: Scene, reader: str) -> list[str]:
    """Return what a reader may not learn. Only the author reads a private lost report's thread."""
    words: list[str] = []
    if scene.found.sealed and reader not in {BEN.id, MODERATOR.id}:
        words += (*OF_FIND, scene.photo)
    if scene.lost.private and reader not in {ADA.id, MODERATOR.id, "the lost report"}:
        words += OF_LOSS
    if reader not in {ADA.id, BEN.id, MODERATOR.id, THE_TWO}:
        words.append(PLACE)
    named = {ADA.name, BEN.name} if reader == THE_TWO else set()
    return [word for word in words if word not in named]


@pytest.mark.parametrize(
    ("sealed", "private", "released"),
    [
        (True, False, False),
        (True, False, True),
        (False, True, False),
        (True, True, False),
        (True, True, True),
    ],
    ids=["sealed", "released", "private", "both", "both, released"],
)
@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__.strip("_"))
async def test_nobody_reads_what_is_not_for_them(
    stage: Stage, maker: Maker, *, sealed: bool, private: bool, released: bool
) -> None:
    with capture_logs() as logs:
        scene = await scene_of(stage, sealed=sealed, private=private, released=released)
        with suppress(TellUserError):
            await maker(scene)
        seen = [*await everything(scene), (EVE.id, json.dumps(logs, default=str))]
    for reader, words in seen:
        for secret in forbidden(scene, reader):
            assert secret.casefold() not in words.casefold(), f"{reader} reads {secret!r}:\n{words}"


async def test_reports_left_out_of_the_export_are_counted(stage: Stage) -> None:
    """Without secrets, all of this is read: the table looks for what would be there."""
    scene = await scene_of(stage, sealed=False, private=False, released=False)
    await _handover(scene)
    read = "\n".join(words for _, words in await everything(scene)).casefold()
    secrets = (*OF_FIND, *OF_LOSS, scene.photo, PLACE)
    assert [secret for secret in secrets if secret.casefold() not in read] == ["id.jpg", "diary.jpg"]


@pytest.mark.parametrize(
    ("maker", "reader", "words"),
    [
        (_look, EVE.id, "blue ✓"),
        (_look, EVE.id, "Page 2 of 2"),
        (_one_side_says_so, THE_TWO, PLACE),
        (_handover, "the lost report", sentence("no_pair")),
        (_one_side_says_so, "the lost report", sentence("log_handed_over")),
        (_claim_waits, "the found report", sentence("claim_waits_for_you")),
        (_reminders, "the lost report", sentence("is_it_back")),
        (_digest, "everyone", sentence("digest_claim")),
    ],
)
async def test_the_messages_that_are_searched_for_secrets_are_made(
    stage: Stage, maker: Maker, reader: str, words: str
) -> None:
    scene = await scene_of(stage, sealed=False, private=False, released=False)
    await maker(scene)
    assert any(who == reader and words in text for who, text in await everything(scene))
