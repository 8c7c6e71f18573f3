"""The queue of hints and the chat platforms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.entities import PlatformName, ReplyTarget, ReportKind
from reunite.messages.reply import Reply
from reunite.ports.records import Sent


class Queue(Protocol):
    """Hints to the workers; losing one costs only time."""

    async def hint(self, work: UUID) -> None:
        """Hint at new work; never raises, even if the queue can't be reached."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply to deliver. `key` is its idempotency key; `maybe_sent` says that an earlier try may have arrived.

    `author` is the id of the report's author, whom a report post may reach where its channel can't be written to.
    With `people` (their ids), it goes to a conversation of these people and the bot, which is opened if need be.
    `ahead` marks a report's first answer, which goes before other replies where a platform takes only a few.
    No earlier try was before `since`. A reply that is `for_all` is never sent as a direct message. `private` says
    whether the report is private; `language` is its author's, for what only they read. A `silent` reply addresses
    nobody, and is to arrive without a notification where the platform can do that. `kind` is its report's; None where
    that isn't known, or in doubt.
    """

    key: str
    target: ReplyTarget
    reply: Reply
    picture: bytes | None = None
    maybe_sent: bool = False
    author: str = ""
    people: tuple[str, ...] = ()
    ahead: bool = False
    since: datetime | None = None
    for_all: bool = False
    private: bool = False
    language: str | None = None
    silent: bool = False
    kind: ReportKind | None = None


class Platform(Protocol):
    """A chat platform's outbound side."""

    @property
    def name(self) -> PlatformName: ...

    @property
    def sends_pictures(self) -> bool:
        """Whether a reply's picture is sent with it; otherwise its photos are read where it's shown."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in the thread of `target.message` (in the channel where that is None); return where it is.

        Where `maybe_sent`, looks first whether the reply is there already. Raises TryAgainError, UndeliverableError,
        the latter also where the conversation of `people` can't be opened for now.
        """

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Replace a sent reply by its latest version. Raises TryAgainError, UndeliverableError."""

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Remove a reply; it may be gone already. Where `sent` is None, look whether it was sent at all.

        Raises TryAgainError, UndeliverableError.
        """

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a fresh link to a photo of the post `target.message`; None if it is gone. Raises TryAgainError."""

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Mark a post as accepted. Raises TryAgainError, UndeliverableError."""
