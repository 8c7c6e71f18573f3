"""People who are signed in to the board from a platform."""

from uuid import UUID

from db.board_sessions import BoardSessions
from db.store import Store
from reunite.board import link_hash
from reunite.entities import Member, PlatformName


async def signed_in(store: Store, platform: PlatformName, workspace: str, member: str) -> UUID:
    """Sign a member in to the board, and return the session."""
    known = await store.workspace(platform, workspace)
    assert known
    await store.save_board_link(known, Member(member, member), "en", link_hash(member))
    session = await BoardSessions(store).begin(member)
    assert session
    return session


async def is_over(store: Store, session: UUID) -> bool:
    return await BoardSessions(store).find(session) is None
