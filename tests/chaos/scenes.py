"""What people do in `tests.chaos.steps`, each in a community of its own, and what is left of it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg

from reunite.entities import Label, Member, Report, ReportState
from reunite.language import sentence
from reunite.messages import keys, wording
from reunite.ports import ScoredPair, Sent
from tests.chaos.children import Children
from tests.chaos.sides import Side
from tests.contract.harness import Harness, PrivateReply
from tests.support.waiting import eventually

_ROWS: Final = {
    "reports": "SELECT kind, state, text, message IS NULL FROM report",
    "matches": "SELECT state, declined, picked, label FROM match",
    "verdicts": "SELECT kind, given FROM verdict",
    "claims": "SELECT state FROM claim",
    "outbox": "SELECT reply->>'kind', state, audience, sent_message IS NULL FROM outbox",
}


@dataclass
class Place:
    """A community with its processes, and what the scene has prepared."""

    here: Harness
    side: Side
    children: Children
    owner_url: str
    bob: Member = field(init=False)
    mo: Member = field(init=False)
    lost: Report = field(init=False)
    found: Report = field(init=False)
    card: Sent = field(init=False)
    claim: PrivateReply = field(init=False)

    def __post_init__(self) -> None:
        self.bob, self.mo = self.here.join("Bob"), self.here.join("Mo", moderator=True)

    async def rows(self, query: str) -> list[Any]:
        async with await psycopg.AsyncConnection.connect(self.owner_url) as connection:
            return sorted(await (await connection.execute(query.encode())).fetchall(), key=str)

    async def waiting(self) -> int:
        """Return how many replies are still to be sent."""
        return len(await self.rows("SELECT seq FROM outbox WHERE state = 'queued'"))

    async def left(self) -> dict[str, list[Any]]:
        """Return what is stored, and what the bot has said, without what differs each time."""
        kept = {name: await self.rows(query) for name, query in _ROWS.items()}
        said = [re.sub(r"\w*\d\w*", "#", text) for text in self.side.everything()]
        return {**kept, "said": said, "doubled": [key for key, times in self.side.keys().items() if times > 1]}

    async def sent(self, kind: str) -> Sent:
        """Wait for a reply of a kind."""

        async def look() -> Sent | None:
            async with self.here.store.session(self.lost.community) as session:
                row = await session._one(
                    "SELECT sent_channel, sent_message FROM outbox WHERE sent_message IS NOT NULL AND state = 'sent'"
                    " AND reply->>'kind' = %(kind)s",
                    kind=kind,
                )
            return Sent(row["sent_channel"], row["sent_message"]) if row else None

        return await eventually(look)


Act = Callable[[Place], Awaitable[None]]


async def nothing(place: Place) -> None:
    """Prepare nothing."""
    del place


async def pair(place: Place) -> None:
    """Show the owner a card, as a worker would."""
    here = place.here
    await here.people.post_photo("lost", place.bob, "my umbrella")
    await here.people.post_photo("found", here.join("Ann"), "an umbrella")
    place.lost, place.found = await here.reports()
    await here.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    async with here.store.session(place.lost.community) as session:
        for report in (place.lost, place.found):
            await session.reports.set_state(report.id, ReportState.OPEN)
        [match] = await session.matches.save([ScoredPair(place.lost.id, place.found.id, 0.9, Label.HIGH, (), {})])
        card = wording.match_card(match, place.found, place.lost, None)
        await session.outbox.post(place.lost.id, keys.card(match.id, place.lost.kind), card)
    place.card = await place.sent("match")


async def claimed(place: Place) -> None:
    """Let the finder look at a claim."""
    await pair(place)
    await claim(place)
    card = await place.sent("claim")
    place.claim = await place.here.ui.press(card, sentence("button_see_claim"), place.found.author)


async def with_another(place: Place) -> None:
    """Let the owner have another report, and the finder look at their claim."""
    await claimed(place)
    await place.here.people.post_photo("lost", place.bob, "my hat")
    await eventually(lambda: _has_reports(place, 3))


async def _has_reports(place: Place, number: int) -> bool:
    return len(await place.here.reports()) == number


async def confirmed(place: Place) -> None:
    await pair(place)
    await confirm(place)
    await place.sent("returned")


async def found_one(place: Place) -> None:
    """Let a worker process a found report."""
    await place.here.people.post_photo("found", place.here.join("Ann"), "a red umbrella")
    [place.lost] = await place.here.reports()
    await place.sent("nothing")


async def command(place: Place) -> None:
    await place.here.ui.use_lost(place.bob, "a red hat")


async def form(place: Place) -> None:
    await place.here.ui.report_privately(place.bob, "a red hat")


async def claim(place: Place) -> None:
    await place.here.ui.press(place.card, sentence("button_mine"), place.lost.author, fill="a blue thread")


async def decline(place: Place) -> None:
    await place.here.ui.press(place.card, sentence("button_not_mine"), place.lost.author)


async def accept(place: Place) -> None:
    await place.here.ui.press(place.claim, sentence("button_accept_claim"), place.found.author)


async def reject(place: Place) -> None:
    await place.here.ui.press(place.claim, sentence("button_reject_claim"), place.found.author)


async def confirm(place: Place) -> None:
    await place.here.people.react(place.card, "✅", place.mo)


async def undo(place: Place) -> None:
    await place.here.people.react(place.card, "✅", place.mo, given=False)


async def delete(place: Place) -> None:
    await place.here.people.delete(place.found.target, place.found.author)


async def withdraw(place: Place) -> None:
    mine = await place.here.ui.own_reports(place.lost.author)
    await place.here.ui.press(mine, sentence("button_withdraw"), place.lost.author)


async def forget(place: Place) -> None:
    mine = await place.here.ui.own_reports(place.bob)
    await place.here.ui.press(mine, sentence("button_forget"), place.bob)


async def set_up(place: Place) -> None:
    await place.here.admin.set_up(log=True)


async def lose(place: Place) -> None:
    """Post what has been found, for a worker to process."""
    await place.here.people.post_photo("lost", place.bob, "my red umbrella")


async def expire(place: Place) -> None:
    """Let the time of all reports be up."""
    await place.rows("UPDATE report SET expires_at = now() RETURNING id")


async def end_soon(place: Place) -> None:
    """Let a reminder be due."""
    await place.rows("UPDATE report SET expires_at = now() + interval '1 day' RETURNING id")


@dataclass(frozen=True)
class Scene:
    """What is prepared, what is done then, and by whom it's carried out: that process is killed."""

    prepare: Act
    act: Act
    by: Literal["bot", "worker"] = "bot"
    is_repeated: bool = False
    """Whether a person who gets no answer does it again; a reaction or a deletion is there already."""


SCENES: Final = {
    "command": Scene(nothing, command, is_repeated=True),
    "form": Scene(nothing, form, is_repeated=True),
    "claim": Scene(pair, claim, is_repeated=True),
    "decline": Scene(pair, decline, is_repeated=True),
    "accept": Scene(claimed, accept, is_repeated=True),
    "reject": Scene(claimed, reject, is_repeated=True),
    "confirm": Scene(pair, confirm),
    "undo": Scene(confirmed, undo),
    "delete": Scene(pair, delete),
    "withdraw": Scene(pair, withdraw, is_repeated=True),
    "forget": Scene(with_another, forget, is_repeated=True),
    "setup": Scene(nothing, set_up, is_repeated=True),
    "lose": Scene(found_one, lose, by="worker"),
    "expire": Scene(found_one, expire, by="worker"),
    "remind": Scene(found_one, end_soon, by="worker"),
}
