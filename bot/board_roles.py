"""Regularly asks the platform whether the people signed in to the board are still moderators."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog

from db.board_sessions import BoardSessions
from db.repeating import repeat
from db.store import Store
from db.trouble import kept_problem
from reunite.entities import PlatformName
from reunite.errors import MissingScopeError

_CHECK_EVERY_SECONDS: Final = 10 * 60.0
"""Seconds between two checks, and so the longest that a session can outlive the role where the platform tells."""

Moderates = Callable[[str, str], Awaitable[bool | None]]
"""Whether a member (second) moderates a workspace (first); None where the platform can't tell."""

_log = structlog.get_logger(__name__)


async def watch_roles(store: Store, platform: PlatformName, moderates: Moderates) -> None:
    """Sign former moderators out of the board, until cancelled."""
    check = partial(sign_out_former, BoardSessions(store), platform, moderates)
    await repeat(check, _CHECK_EVERY_SECONDS, "board_roles_check", platform=platform)


async def sign_out_former(sessions: BoardSessions, platform: PlatformName, moderates: Moderates) -> None:
    """End the sessions and links of people who are no longer moderators, or of whom the app may not ask that."""
    for visitor in await sessions.on(platform):
        try:
            is_still_moderator = await moderates(visitor.workspace, visitor.member.id)
        except MissingScopeError:  # it may last: nobody gets in without being asked about, and so nobody stays in
            is_still_moderator = False
        except Exception as error:  # noqa: BLE001 - the others are checked all the same
            reason = kept_problem(error)
            _log.warning("board_role_check_failed", platform=platform, workspace=visitor.workspace, reason=reason)
            continue
        if is_still_moderator is False:
            await sessions.end(visitor)
            _log.info("board_session_ended", platform=platform, workspace=visitor.workspace)
