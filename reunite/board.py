"""The moderators' board: a link that signs one moderator in, once."""

import hashlib
import secrets
from typing import Final

from reunite import rights
from reunite.entities import Member, Workspace
from reunite.errors import TellUserError
from reunite.ports import Store

LINK_MINUTES: Final = 10
"""How long a link can be used."""
_SECRET_BYTES: Final = 32


class BoardHandlers:
    """Makes the links."""

    def __init__(self, store: Store, url: str | None) -> None:
        """`url` is where the board is; None where there is none."""
        self._store = store
        self._url = url

    async def link(self, workspace: Workspace, member: Member, language: str, *, is_moderator: bool) -> str:
        """Return a link for a moderator, in place of an earlier one that they didn't use. Raises TellUserError."""
        rights.check_member("open_board", is_moderator=is_moderator)
        if self._url is None:
            raise TellUserError("board_off")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        await self._store.save_board_link(workspace, member, language, hashlib.sha256(secret.encode()).hexdigest())
        return f"{self._url}/sign-in?link={secret}"
