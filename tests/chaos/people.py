"""What people do in a run: they post, delete, use a command, give verdicts and take them back."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.chaos.sides import CARD, RETURNED, Side

_COLOURS: Final = ("red", "green", "blue", "yellow", "orange")
_DELETED: Final = "purple"
"""Of what is posted to be deleted, so that no verdict goes with it."""
_THINGS: Final = ("umbrella", "backpack", "scarf", "wallet", "helmet", "bottle", "camera", "jacket")
_TWIN, _DELETING, _COMMAND, _VERDICT, _TAKING_BACK = 0.5, 0.5, 0.5, 0.8, 0.5


@dataclass
class Posted:
    """A post, and what was done with it since. `mark` is a word that no other post has."""

    kind: str
    words: str
    mark: str
    twin: str | None = None
    """The mark of the post that is about the same thing."""
    is_deleted: bool = False
    card: str | None = None
    """The card that the moderator confirmed, and whether they took that back."""
    is_taken_back: bool = False
    is_given_back: bool = False
    """Of a found report: a card that shows it was confirmed."""

    @property
    def is_to_go(self) -> bool:
        return self.words.startswith(_DELETED)


@dataclass
class People:
    """Two authors and a moderator."""

    side: Side
    chance: random.Random
    posts: dict[str, Posted] = field(default_factory=dict)
    commands: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """By mark, whether the bot said that it took a command."""

    async def act(self) -> None:
        """Do some of everything."""
        for _ in range(self.chance.randint(1, 3)):
            await self._post()
        present = [post for post, posted in self.posts.items() if posted.is_to_go and not posted.is_deleted]
        if present and self.chance.random() < _DELETING:
            post = self.chance.choice(present)
            self.posts[post].is_deleted = True
            await self.side.delete(self.posts[post].kind, post)
        if self.chance.random() < _COMMAND:
            mark = f"qc{len(self.commands):04}"
            self.commands[mark] = await self.side.command(f"a kettle {mark}")
        await self.moderate()

    async def _post(self) -> None:
        alone = [post for post in self.posts.values() if post.twin is None and not post.is_to_go]
        mark = f"qz{len(self.posts):04}"
        if alone and self.chance.random() < _TWIN:
            twin = self.chance.choice(alone)
            twin.twin = mark
            kind = "lost" if twin.kind == "found" else "found"
            posted = Posted(kind, twin.words.replace(twin.mark, mark), mark, twin.mark)
        else:
            colour = _DELETED if self.chance.random() < 0.25 else self.chance.choice(_COLOURS)
            words = f"{colour} {self.chance.choice(_THINGS)} from zk{len(self.posts)} {mark}"
            posted = Posted(self.chance.choice(["found", "lost"]), words, mark)
        self.posts[await self.side.post(posted.kind, posted.words.split()[0], posted.words)] = posted

    async def moderate(self) -> None:
        """Confirm some of the cards that show a lost report a found report, and take some of the confirmations back."""
        for post, posted in self.posts.items():
            if posted.kind == "found" or posted.is_to_go or posted.is_taken_back:
                continue
            thread = self.side.thread("lost", post)
            if posted.card is None:
                if (choice := self._choice(thread)) and self.chance.random() < _VERDICT:
                    posted.card, choice[1].is_given_back = choice[0], True
                    await self.side.confirm(choice[0])
            elif any(RETURNED in text for _, text in thread) and self.chance.random() < _TAKING_BACK:
                posted.is_taken_back = True
                await self.side.take_back(posted.card)

    def _choice(self, thread: list[tuple[str, str]]) -> tuple[str, Posted] | None:
        """Return a card and the found report that it shows, which no other card has been confirmed for."""
        found_reports = [
            post for post in self.posts.values() if post.kind == "found" and not (post.is_to_go or post.is_given_back)
        ]
        return next(
            ((card, found) for card, text in thread if CARD in text for found in found_reports if found.mark in text),
            None,
        )
