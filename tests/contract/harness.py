"""The platforms' common face, so that one suite holds them all to the same behaviour.

Where a platform has no such thing, its harness says so in `lacks`, with the reason: the suite then skips by that.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NoReturn

import pytest

from bot.delivery import Delivery
from db.delivery import OutboxItem
from db.store import Store
from reunite.entities import Member, PlatformName, ReplyTarget, Report
from reunite.ports import Audience, Platform, Sent
from tests.support.pictures import drawing
from tests.support.reports import reports_of
from tests.support.waiting import eventually

Feature = Literal[
    "bots",
    "pings",
    "posts of the bot",
    "channels",
    "links",
    "leaving",
    "locales",
    "refusals",
    "files of a post",
    "words alone",
]
Mark = Literal["✅", "❌"]
JPEG = drawing("red")


@dataclass(frozen=True)
class PrivateReply:
    """What one person is told and nobody else: its words, what names the buttons below, its pictures."""

    words: str
    handle: Any = None
    pictures: int = 0


@dataclass
class Harness(ABC):
    """A community on one platform: what people do there, and what they see."""

    name: ClassVar[PlatformName]
    lacks: ClassVar[Mapping[Feature, str]] = {}
    store: Store
    platform: Platform

    def needs(self, feature: Feature) -> None:
        """Skip the test where the platform has no such thing."""
        if feature in self.lacks:
            self.skip(feature)

    def skip(self, feature: Feature) -> NoReturn:
        """Leave the test out, with the reason that the platform gives."""
        pytest.skip(f"{self.name}: {self.lacks[feature]}")

    @property
    @abstractmethod
    def workspace(self) -> str:
        """The platform's id of the community."""

    @abstractmethod
    def join(self, name: str, *, moderator: bool = False, language: str = "en") -> Member:
        """Let a person in, who uses the platform in a language."""

    @abstractmethod
    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        """Decide as moderators do here: on a channel for them, one for found reports (by name), and a language."""

    @abstractmethod
    async def open_channel(self, name: str) -> None:
        """Open a channel beside #found and #lost, and let the bot in."""

    @abstractmethod
    async def leave(self) -> None:
        """Take the bot away."""

    async def refuse_conversations(self) -> None:  # noqa: B027 - the page refuses nothing
        """Let the platform refuse the bot to bring two people together."""

    @abstractmethod
    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        """Post a photo; the platform tells of it so many times, and all of them are taken when this returns."""

    @abstractmethod
    async def post_refused(self, author: Member, text: str) -> str:
        """Post a photo in #found that can't be taken, and return what its author is told."""

    @abstractmethod
    async def post_as_bots(self) -> None:
        """Let the bot itself, and another one, post a photo in #found."""

    @abstractmethod
    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        """Post a photo in a channel that is not for it, without waiting for anything."""

    @abstractmethod
    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        """Change the words of one's post."""

    async def invite(self) -> None:
        """Invite the bot, as if it had never been here."""
        self.skip("leaving")

    async def post_words(self, channel: str, author: Member, text: str) -> ReplyTarget:
        """Post words alone in a channel."""
        del channel, author, text
        self.skip("words alone")

    async def change_photos(self, post: ReplyTarget, text: str, *names: str) -> None:
        """Let one's post have new photos of these names, and no others."""
        del post, text, names
        self.skip("files of a post")

    @abstractmethod
    async def report_privately(self, author: Member, words: str) -> str:
        """Make a lost report that only its author and the moderators may see, and return what the author is told."""

    @abstractmethod
    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        """Report found keys whose photo stays sealed, and return what the finder is told."""

    @abstractmethod
    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        """Search without a report, and return what that member is shown once the search is over."""

    @abstractmethod
    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        """Press a button that shows another page in place of this one, and return it."""

    @abstractmethod
    async def own_reports(self, member: Member) -> PrivateReply:
        """Ask for one's own reports."""

    @abstractmethod
    async def use_lost(self, author: Member, words: str) -> str:
        """Use `/lost` and return what its author is told at once."""

    @abstractmethod
    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        """Tell whether the post shows that it was taken up."""

    @abstractmethod
    async def delete(self, post: ReplyTarget, author: Member) -> None:
        """Delete one's post."""

    @abstractmethod
    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        """React to a message of the bot, or take that back."""

    @abstractmethod
    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        """Press the button with these words, fill in the form that it opens, and return what that member is told.

        Fails where others are told of it too.
        """

    @abstractmethod
    async def words(self, of: Sent) -> str | None:
        """Return all words that a message of the bot shows; None where it is gone."""

    @abstractmethod
    async def pictures(self, of: Sent) -> int:
        """Return how many pictures a message of the bot shows to everyone."""

    @abstractmethod
    async def public(self) -> str:
        """Return every word that every member may read."""

    @abstractmethod
    async def sees(self, member: Member, message: Sent) -> bool:
        """Tell whether a member may read a message of the bot."""

    @abstractmethod
    async def is_marked(self, post: ReplyTarget) -> bool:
        """Tell whether the post itself shows that its thing is back."""

    @abstractmethod
    async def literal_words(self, of: Sent) -> str:
        """Return what a message of the bot shows as mere words, without all that the platform takes for more."""

    @abstractmethod
    def pinged(self, by: Sent) -> set[str]:
        """Return who hears of a message."""

    @abstractmethod
    async def answers(self, root: ReplyTarget) -> list[str]:
        """Return the bot's messages in a post's thread."""

    async def answer_at(self, root: ReplyTarget, answer: str) -> Sent:
        """Return where an answer in a post's thread is."""
        return Sent(root.channel, answer)

    def forget(self) -> None:  # noqa: B027 - most platforms remember nothing
        """Let the minutes pass for which the platform itself refuses what it was just sent."""

    async def answered(self, root: ReplyTarget, *by: Sent) -> None:
        """Wait until a post's thread shows these messages of the bot, and no others."""
        expected = [message.message for message in by]
        try:
            await eventually(lambda: self._has(root, expected))
        except TimeoutError as error:
            raise AssertionError(f"{await self.answers(root)} are shown, not {expected}") from error

    async def _has(self, root: ReplyTarget, expected: list[str]) -> bool:
        return await self.answers(root) == expected

    async def reports(self) -> list[Report]:
        """Return what is committed, in order."""
        return await reports_of(self.store, self.name, self.workspace)

    async def deliver(self, *, refused: Collection[Audience] = ()) -> list[tuple[OutboxItem, Sent]]:
        """Do all that is due, as the delivery does; return what was sent or changed, and where it is.

        The platform refuses what is for these audiences, and nothing else.
        """
        done, delivery = [], Delivery(self.store, self.platform)
        while due := await self.store.delivery.lease(self.name, limit=10, seconds=60):
            for item in due:
                await delivery._deliver(item, delivery._until())
                async with self.store.session(item.community) as session:
                    row = await session._one("SELECT * FROM outbox WHERE seq = %(seq)s", seq=item.seq)
                assert row
                assert (row["problem"] is not None) is (item.audience in refused), row["problem"]
                if row["sent_message"]:
                    done.append((item, Sent(row["sent_channel"], row["sent_message"])))
        return done
