"""Edits and removals of replies that a platform refused while the bot had no access to them."""

from collections.abc import Collection
from typing import Final

from db.store import Store
from reunite.entities import PlatformName

_AGAIN: Final = """UPDATE outbox o SET state = 'queued', due_at = now(), attempts = 0, problem = NULL FROM report r
  WHERE r.id = o.report_id AND r.workspace_id = %(workspace)s AND o.state = 'failed' AND o.task <> 'send'
    AND (%(channels)s::text[] IS NULL OR o.sent_channel = ANY(%(channels)s))
    AND strpos(o.problem, %(problem)s) > 0"""


async def change_again(
    store: Store,
    platform: PlatformName,
    external_id: str,
    *,
    channels: Collection[str] | None = None,
    problem: str = "",
) -> None:
    """Queue again the edits and removals that failed in a workspace: only in some channels, or with some `problem`."""
    workspace = await store.workspace(platform, external_id)
    if workspace:
        some = None if channels is None else [*channels]
        async with store.transaction(workspace.community) as connection:
            await connection.execute(_AGAIN, {"workspace": workspace.id, "channels": some, "problem": problem})
