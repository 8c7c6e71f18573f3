"""What every page of the board reads from and acts through."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from board.visits import Visit, Visits
from db.store import Store
from reunite.commands import Press
from reunite.entities import ClaimState
from reunite.handlers import Handlers
from reunite.messages.reply import Action, Reply
from reunite.ports.query_encoder import QueryEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board's store, encoder and sessions, and the handlers, through which every change goes."""

    store: Store
    handlers: Handlers
    encoder: QueryEncoder
    visits: Visits
    url: str
    """The address at which moderators reach it."""

    async def next_waiting(self, visit: Visit, besides: UUID) -> str:
        """Return the address of a claim or match that waits for a moderator; empty if only match `besides` does."""
        async with self.store.session(visit.community) as session:
            for claim, match in await session.board.claims(ClaimState.OPEN):
                if match.id != besides:
                    return f"/claims/{claim.id}"
            for only in ("sealed", "to_check"):
                for match in (await session.board.undecided(only))[0]:
                    if match.id != besides:
                        return f"/matches/{match.id}"
        return ""

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
