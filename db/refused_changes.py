"""Edits and removals of replies that a platform refused while the bot had no access to them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from db.store import Store
from reunite.entities import PlatformName

_FIRST_PAUSE: Final = timedelta(hours=1)
"""Between the first two times that a change is tried again; doubled for each one after."""
_MOST_TIMES: Final = 8
"""About five days, with these pauses; what is refused for longer most likely stays refused."""
_AGAIN: Final = """UPDATE outbox o SET state = 'queued', due_at = now(), attempts = 0, problem = NULL,
    tried_again = o.tried_again + 1
  FROM report r
  WHERE r.id = o.report_id AND r.workspace_id = %(workspace)s AND o.state = 'failed' AND o.task <> 'send'
    AND (%(channels)s::text[] IS NULL OR o.sent_channel = ANY(%(channels)s))
    AND EXISTS (SELECT FROM unnest(%(problems)s::text[]) p WHERE strpos(o.problem, p) > 0)
    AND (%(is_back)s OR o.tried_again = 0 OR (o.tried_again < %(most)s
      AND o.due_at < now() - %(pause)s * 2 ^ (o.tried_again - 1)))"""


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

    Unless access to them certainly `is_back`, each is tried a few times only, after growing pauses.
    """
    workspace = await store.workspace(platform, external_id)
    if workspace:
        how_often = {"is_back": is_back, "most": _MOST_TIMES, "pause": _FIRST_PAUSE}
        about = {
            "workspace": workspace.id,
            "problems": [*problems],
            "channels": None if channels is None else [*channels],
        }
        async with store.transaction(workspace.community) as connection:
            await connection.execute(_AGAIN, {**about, **how_often})
