"""A chat platform that only records what it is sent."""

from dataclasses import dataclass, field, replace

from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.ports import Outgoing, Sent


@dataclass
class RecordingPlatform:
    """Keeps messages by thread. As on a real platform, a message that `maybe_sent` is looked up by its key first."""

    name: PlatformName = "web"
    sends_pictures: bool = True
    messages: list[tuple[ReplyTarget, Outgoing]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    """Threads (by root message) that can't be written to."""
    failing: dict[str, int] = field(default_factory=dict)
    """How many of the next messages to a thread fail temporarily."""

    links: dict[tuple[str | None, str], str] = field(default_factory=dict)
    """Fresh links to photos, by post and name."""

    async def send(self, outgoing: Outgoing) -> Sent:
        target = outgoing.target
        if target.message in self.closed:
            raise UndeliverableError("closed")
        if self.failing.get(target.message or "", 0):
            self.failing[target.message or ""] -= 1
            raise TryAgainError("later")
        known = (
            [n for n, (_, sent) in enumerate(self.messages) if sent.key == outgoing.key] if outgoing.maybe_sent else []
        )
        if not known:
            self.messages.append((target, outgoing))
        return Sent(target.channel, f"m{known[0] if known else len(self.messages) - 1}")

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        target, _ = self.messages[int(sent.message[1:])]
        self.messages[int(sent.message[1:])] = target, outgoing

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        del sent
        self.messages = [
            (replace(target, message="removed"), old) if old.key == outgoing.key else (target, old)
            for target, old in self.messages
        ]

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        return self.links.get((target.message, name))

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Show nothing."""

    def thread(self, root: str) -> list[str]:
        """Return the texts in a thread, in order."""
        return [outgoing.reply.text() for target, outgoing in self.messages if target.message == root]

    def kinds(self, root: str) -> list[str]:
        """Return the kinds of the replies in a thread, in order."""
        return [outgoing.reply.kind for target, outgoing in self.messages if target.message == root]

    def message_of(self, root: str, kind: str) -> str:
        """Return the id of the last reply of a kind in a thread."""
        return next(
            f"m{number}"
            for number, (target, outgoing) in reversed(list(enumerate(self.messages)))
            if target.message == root and outgoing.reply.kind == kind
        )
