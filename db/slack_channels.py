"""Updates what is stored about a Slack channel when its id changes, or when it is deleted."""

from typing import Final

from db.deletion import NOTHING_SHOWN
from db.store import Store
from db.workspaces import WORKSPACE_CHANGED

_OUTSIDE: Final = (
    "UPDATE slack_window SET channel = %(new)s WHERE team = %(team)s AND channel = %(old)s",
    "UPDATE slack_reaction SET channel = %(new)s WHERE team = %(team)s AND channel = %(old)s",
)
_INSIDE: Final = (
    """UPDATE workspace SET found_channels = array_replace(found_channels, %(old)s, %(new)s),
         lost_channels = array_replace(lost_channels, %(old)s, %(new)s),
         log_channel = CASE log_channel WHEN %(old)s THEN %(new)s ELSE log_channel END,
         greeting_channel = CASE greeting_channel WHEN %(old)s THEN %(new)s ELSE greeting_channel END
       WHERE id = %(workspace)s""",
    # Idempotency keys of posts begin with the channel; one of a post that was read under the new id stays as it is.
    """UPDATE report r SET source_key = %(new)s || substr(r.source_key, length(%(old)s) + 1)
       WHERE r.workspace_id = %(workspace)s AND starts_with(r.source_key, %(old)s || ':') AND NOT EXISTS (
         SELECT FROM report o WHERE o.workspace_id = r.workspace_id
           AND o.source_key = %(new)s || substr(r.source_key, length(%(old)s) + 1))""",
    "UPDATE report SET channel = %(new)s WHERE workspace_id = %(workspace)s AND channel = %(old)s",
    """UPDATE outbox o SET sent_channel = %(new)s FROM report r
       WHERE r.id = o.report_id AND r.workspace_id = %(workspace)s AND o.sent_channel = %(old)s""",
    """UPDATE channel c SET external_id = %(new)s WHERE c.workspace_id = %(workspace)s AND c.external_id = %(old)s
         AND NOT EXISTS (SELECT FROM channel o WHERE o.workspace_id = c.workspace_id AND o.external_id = %(new)s)""",
    """UPDATE backfill b SET channel = %(new)s WHERE b.workspace_id = %(workspace)s AND b.channel = %(old)s
         AND NOT EXISTS (SELECT FROM backfill o WHERE o.workspace_id = b.workspace_id AND o.channel = %(new)s)""",
)
_GONE: Final = f"""UPDATE outbox o SET {NOTHING_SHOWN}, state = 'sent', fence = fence + 1, leased_until = NULL,
    sent_channel = NULL, sent_message = NULL
  FROM report r WHERE r.id = o.report_id AND r.workspace_id = %(workspace)s
    AND (o.sent_channel = %(channel)s OR (o.task = 'remove' AND o.sent_channel IS NULL AND r.channel = %(channel)s))"""
"""Removes replies as their channel has done. A new fence: what is being sent just now records nothing."""


async def note_deleted(store: Store, team: str, channel: str) -> None:
    """Count what was sent in a deleted channel as removed: it's gone with the channel, and is never edited."""
    if workspace := await store.workspace("slack", team):
        await store.rows_in(workspace.community, _GONE, workspace=workspace.id, channel=channel)


async def move_channel(store: Store, team: str, old: str, new: str) -> None:
    """Replace a channel's id in settings, reports and replies, and tell other processes; again, it changes nothing."""
    if workspace := await store.workspace("slack", team):
        async with store.transaction(workspace.community) as connection:
            for statement in _INSIDE:
                await connection.execute(statement, {"workspace": workspace.id, "old": old, "new": new})
            await connection.execute("SELECT pg_notify(%s, %s)", [WORKSPACE_CHANGED, f"slack {team}"])


async def move_unread(store: Store, team: str, old: str, new: str) -> None:
    """Replace the id where something of the channel is still unread; the new channel must be known by now."""
    async with store.outside() as connection:
        for statement in _OUTSIDE:
            await connection.execute(statement, {"team": team, "old": old, "new": new})
