"""The moderators' board: a link that signs one moderator in, once, within 10 minutes."""

import hashlib
import secrets
from typing import Final

from reunite import rights
from reunite.entities import Member, PlatformName
from reunite.errors import NotJoinedError, TellUserError
from reunite.ports import Store

_SECRET_BYTES: Final = 32


class BoardHandlers:
    """Makes the links."""

    def __init__(self, store: Store, url: str | None) -> None:
        """`url` is the board's address; None if there is none."""
        self._store = store
        self._url = url

    @property
    def is_there(self) -> bool:
        return self._url is not None

    async def link(
        self, platform: PlatformName, workspace: str, member: Member, language: str = "en", *, is_moderator: bool
    ) -> str:
        """Return a link for a moderator, in place of an earlier one that they didn't use. Raises TellUserError."""
        rights.check_member("open_board", is_moderator=is_moderator)
        if self._url is None:
            raise TellUserError("board_off")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        named = await self._store.workspace(platform, workspace)
        if named is None:
            raise NotJoinedError(platform, workspace)
        await self._store.save_board_link(named, member, language, link_hash(secret))
        return f"{self._url}/sign-in?link={secret}"


def link_hash(secret: str) -> str:
    """Return the hash under which a link is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
