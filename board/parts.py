"""What every page of the board reads from and acts through."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from board.pages import Pages
from board.visits import Visit, Visits
from db.store import Store
from reunite.commands import Press
from reunite.handlers import Handlers
from reunite.messages.reply import Action, Reply
from reunite.ports.query_encoder import QueryEncoder

SAVED: Final = "saved"
"""In the address of a report that was just changed, so that its page says so and leads on."""
DELETED: Final = "deleted"
"""In the address of the first page after a report was deleted there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board's store, encoder and sessions, and the handlers, through which every change goes."""

    store: Store
    handlers: Handlers
    encoder: QueryEncoder
    visits: Visits
    url: str
    """The address at which moderators reach it."""

    async def next_waiting(self, visit: Visit, besides: UUID | None = None) -> str:
        """Return the address of what waits for a moderator next; empty if only the match or report `besides` does."""
        async with self.store.session(visit.community) as session:
            return await session.board.next_waiting(besides)

    async def press(self, visit: Visit, action: Action, subject: UUID, *, words: str = "", code: str = "") -> Reply:
        """Do what a button in chat does. Raises TellUserError."""
        press = Press(
            target=visit.target,
            member=visit.moderator.member,
            is_moderator=True,
            action=action,
            subject=subject,
            key=str(uuid4()),
            words=words,
            code=code,
            language=visit.language,
        )
        return await self.handlers.press(press)


class Section:
    """Some of the board's pages, and the changes that are made on them."""

    def __init__(self, board: Board, pages: Pages) -> None:
        self._board = board
        self._pages = pages
