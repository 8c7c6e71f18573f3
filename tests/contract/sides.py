"""The sides of a community on one platform: each platform fills them in."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from reunite.entities import Member, ReplyTarget
from reunite.ports import Sent
from tests.contract.harness import Harness, Mark, PrivateReply


@dataclass
class Part(ABC):
    """One side of a community."""

    here: Harness


class Admin(Part):
    """What moderators and administrators do."""

    @abstractmethod
    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        """Decide as moderators do here: on a channel for them, one for found reports (by name), and a language."""

    @abstractmethod
    async def open_channel(self, name: str) -> None:
        """Open another channel than #found and #lost, and let the bot in."""

    @abstractmethod
    async def leave(self) -> None:
        """Take the bot away."""

    async def refuse_conversations(self) -> None:
        """Let the platform refuse the bot to bring two people together."""

    async def invite(self) -> None:
        """Invite the bot, as if it had never been here."""
        self.here.skip("leaving")


class People(Part):
    """What people post, change, delete and react."""

    @abstractmethod
    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        """Post a photo; the platform sends its event this many times, and all are handled when this returns."""

    @abstractmethod
    async def post_refused(self, author: Member, text: str) -> str:
        """Post a photo in #found that can't be taken, and return the bot's answer to its author."""

    @abstractmethod
    async def post_as_bots(self) -> None:
        """Let the bot itself, and another one, post a photo in #found."""

    @abstractmethod
    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        """Post a photo in a channel that is not for it, without waiting for anything."""

    @abstractmethod
    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        """Change the words of one's post."""

    async def post_photo_in_thread(self, root: ReplyTarget, author: Member) -> None:
        """Post a photo in a post's thread."""
        del root, author
        self.here.skip("photos in threads")

    async def post_words(
        self, channel: str, author: Member, text: str, *, below: ReplyTarget | None = None
    ) -> ReplyTarget:
        """Post words alone in a channel, or in the thread of a post there."""
        del channel, author, text, below
        self.here.skip("words alone")

    async def change_photos(self, post: ReplyTarget, text: str, *names: str) -> None:
        """Let one's post have new photos of these names, and no others."""
        del post, text, names
        self.here.skip("files of a post")

    @abstractmethod
    async def delete(self, post: ReplyTarget, author: Member) -> None:
        """Delete one's post."""

    @abstractmethod
    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        """React to a message of the bot, or take that back."""


class Ui(Part):
    """The commands, forms and buttons that people use, and the bot's private replies."""

    @abstractmethod
    async def report_privately(self, author: Member, words: str) -> str:
        """Make a lost report that only its author and the moderators may see, and return the reply."""

    @abstractmethod
    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        """Report found keys whose photo stays sealed, and return the reply."""

    @abstractmethod
    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        """Search without a report, and return what that member is shown once the search is over."""

    @abstractmethod
    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        """Press a button that shows another page in place of this one, and return it."""

    @abstractmethod
    async def own_reports(self, member: Member) -> PrivateReply:
        """Ask for a member's open reports."""

    @abstractmethod
    async def use_lost(self, author: Member, words: str) -> str:
        """Use `/lost` and return the immediate reply."""

    @abstractmethod
    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        """Press the button with these words, fill in the form that it opens, and return the reply to that member.

        Fails if others see the reply, too.
        """


class Screen(Part):
    """What is to be seen."""

    @abstractmethod
    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        """Tell whether the post shows that it was taken up."""

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
