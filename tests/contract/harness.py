"""The face that all platforms show to the tests, so that one suite holds them to the same behaviour.

A platform that lacks a feature says so in `lacks`, with the reason; the suite skips its tests of that feature.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

import pytest

from bot.delivery import Delivery
from db.delivery import OutboxItem
from db.store import Store
from reunite.entities import Member, PlatformName, ReplyTarget, Report
from reunite.language import ENGLISH_NAMES, CommandNames
from reunite.ports import Audience, Platform, Sent
from tests.support.pictures import drawing
from tests.support.reports import reports_of
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.contract import sides

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
    "photos in threads",
]
Mark = Literal["✅", "❌"]
JPEG = drawing("red")


@dataclass(frozen=True)
class PrivateReply:
    """A reply that only one person sees: its words, a handle for its buttons, and how many pictures it has."""

    words: str
    handle: Any = None
    pictures: int = 0


@dataclass
class Harness(ABC):
    """A community on one platform: what people do there, and what they see."""

    name: ClassVar[PlatformName]
    lacks: ClassVar[Mapping[Feature, str]] = {}
    commands: ClassVar[CommandNames] = ENGLISH_NAMES
    """How the platform names commands to those who read English."""
    store: Store
    platform: Platform
    admin: "sides.Admin" = field(init=False)
    people: "sides.People" = field(init=False)
    ui: "sides.Ui" = field(init=False)
    screen: "sides.Screen" = field(init=False)

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

    def forget(self) -> None:  # noqa: B027 - most platforms remember nothing
        """Let the minutes pass for which the platform itself refuses what it was just sent."""

    async def answered(self, root: ReplyTarget, *by: Sent) -> None:
        """Wait until a post's thread shows these messages of the bot, and no others."""
        expected = [message.message for message in by]
        try:
            await eventually(lambda: self._has(root, expected))
        except TimeoutError as error:
            raise AssertionError(f"{await self.screen.answers(root)} are shown, not {expected}") from error

    async def _has(self, root: ReplyTarget, expected: list[str]) -> bool:
        return await self.screen.answers(root) == expected

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
