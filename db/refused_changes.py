"""Edits and removals of replies that a platform refused while the bot had no access to them."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Final

from db.repeating import repeat
from db.store import Store
from reunite.entities import PlatformName

_FIRST_PAUSE: Final = timedelta(hours=1)
"""The pause before the second retry of a change, doubled for each one after."""
_MOST_DOUBLINGS: Final = 5
_MOST_EDITS: Final = 8
"""About four days, with these pauses; an edit that is refused for longer most likely stays refused.

A removal is never given up: what someone has deleted is still there for all to read.
"""
_AGAIN: Final = """UPDATE outbox o SET state = 'queued', due_at = now(), attempts = 0, problem = NULL,
    tried_again = CASE WHEN %(is_back)s THEN 1 ELSE o.tried_again + 1 END
  FROM report r
  WHERE r.id = o.report_id AND r.workspace_id = %(workspace)s AND o.state = 'failed' AND o.task <> 'send'
    AND (%(channels)s::text[] IS NULL OR o.sent_channel = ANY(%(channels)s))
    AND EXISTS (SELECT FROM unnest(%(problems)s::text[]) p WHERE strpos(o.problem, p) > 0)
    AND (%(is_back)s OR o.tried_again = 0 OR ((o.task = 'remove' OR o.tried_again < %(most_edits)s)
      AND o.due_at < now() - %(pause)s * 2 ^ least(o.tried_again - 1, %(doublings)s)))"""


async def change_again(  # noqa: PLR0913 - what tells which ones
    store: Store,
    platform: PlatformName,
    external_id: str,
    problems: Collection[str],
    *,
    channels: Collection[str] | None = None,
    is_back: bool = False,
) -> None:
    """Queue again the edits and removals in a workspace, perhaps in some channels only, that one of `problems` refused.

    Unless access to them certainly `is_back`, each is tried after growing pauses, and an edit a few times only.
    """
    workspace = await store.workspace(platform, external_id)
    if workspace:
        await store.rows_in(
            workspace.community,
            _AGAIN,
            workspace=workspace.id,
            problems=[*problems],
            channels=None if channels is None else [*channels],
            is_back=is_back,
            most_edits=_MOST_EDITS,
            pause=_FIRST_PAUSE,
            doublings=_MOST_DOUBLINGS,
        )


async def keep_trying(
    store: Store, platform: PlatformName, problems: Collection[str], workspaces: Callable[[], Iterable[str]]
) -> None:
    """Queue such changes in all workspaces again, each once its pause is over. Runs until cancelled.

    Access may come back without a sign that the bot notices.
    """

    async def try_all() -> None:
        for external_id in [*workspaces()]:
            await change_again(store, platform, external_id, problems)

    await repeat(try_all, _FIRST_PAUSE.total_seconds(), "refused_changes")
