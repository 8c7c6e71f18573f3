"""The platforms' common face, so that one suite holds them all to the same behaviour.

Where a platform has no such thing, its harness says so in `lacks`, with the reason: the suite then skips by that.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NoReturn
from uuid import UUID

import pytest

from db.store import OutboxItem, Store
from reunite.model import Member, PlatformName, ReplyTarget, Report, Workspace
from reunite.ports import Outgoing, Platform, Sent
from tests.doubles.pictures import drawing
from tests.doubles.slack import PATIENCE

Feature = Literal["bots", "pings", "posts of the bot"]
ChannelName = Literal["found", "lost"]
Mark = Literal["✅", "❌"]
JPEG = drawing("red")


class NoQueue:
    """No workers take part here."""

    async def hint(self, work: UUID) -> None:
        del work


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
    def join(self, name: str, *, moderator: bool = False) -> Member:
        """Let a person in."""

    @abstractmethod
    async def post_photo(self, channel: ChannelName, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        """Post a photo; the platform tells of it so many times, and all of them are taken when this returns."""

    @abstractmethod
    async def post_refused(self, author: Member, text: str) -> str:
        """Post a photo in #found that can't be taken, and return what its author is told."""

    @abstractmethod
    async def post_as_bots(self) -> None:
        """Let the bot itself, and another one, post a photo in #found."""

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
    async def press(self, on: Sent, words: str, member: Member) -> str:
        """Press the button with these words below a message of the bot, and return what the member is told."""

    @abstractmethod
    async def literal_words(self, of: Sent) -> str:
        """Return what a message of the bot shows as mere words, without all that the platform takes for more."""

    @abstractmethod
    def pinged(self, by: Sent) -> set[str]:
        """Return who hears of a message."""

    @abstractmethod
    async def answers(self, root: ReplyTarget) -> list[str]:
        """Return the bot's messages in a post's thread."""

    def forget(self) -> None:  # noqa: B027 - most platforms remember nothing
        """Let the minutes pass for which the platform itself refuses what it was just sent."""

    async def answered(self, root: ReplyTarget, *by: Sent) -> None:
        """Wait until a post's thread shows these messages of the bot, and no others."""
        expected = [each.message for each in by]
        try:
            await until(lambda: self._has(root, expected))
        except TimeoutError as error:
            raise AssertionError(f"{await self.answers(root)} are shown, not {expected}") from error

    async def _has(self, root: ReplyTarget, expected: list[str]) -> bool:
        return await self.answers(root) == expected

    async def reports(self) -> list[Report]:
        """Return what is committed, in order."""
        known = await self.store.workspace(self.name, self.workspace)
        assert isinstance(known, Workspace)
        async with self.store.session(known.community) as session:
            rows = await session._all("SELECT id FROM report ORDER BY created_at")
            return [report for row in rows if (report := await session.report(row["id"]))]

    async def deliver(self) -> list[tuple[OutboxItem, Sent]]:
        """Send what is due, as the delivery does."""
        sent = []
        for item in await self.store.lease_outbox(self.name, limit=10, seconds=60):
            place = await self.platform.send(Outgoing(item.key, item.target, item.reply))
            async with self.store.session(item.community) as session:
                await session.mark_sent(item.seq, item.fence, item.version, place)
            sent.append((item, place))
        return sent


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until there is something to see, and return it."""
    async with asyncio.timeout(PATIENCE):
        while not (seen := await look()):  # noqa: ASYNC110 - what is seen may be anything
            await asyncio.sleep(0.02)
    return seen
