"""Carries over what is stored about a member of a Slack workspace whose id has changed."""

from typing import Final

from db.store import Store
from db.workspaces import WORKSPACE_CHANGED

_REACTIONS: Final = """UPDATE slack_reaction r SET member = %(present)s
  WHERE r.team = %(team)s AND r.member = %(former)s AND NOT EXISTS (
    SELECT FROM slack_reaction o WHERE (o.team, o.channel, o.message, o.reaction, o.member) =
      (r.team, r.channel, r.message, r.reaction, %(present)s))"""
_INSIDE: Final = (
    """UPDATE workspace SET moderators = array_replace(moderators, %(former)s, %(present)s),
         quiet_members = array_replace(quiet_members, %(former)s, %(present)s)
       WHERE id = %(workspace)s""",
    """UPDATE claim c SET member_id = %(present)s FROM match m JOIN report lost ON lost.id = m.lost_id
       WHERE m.id = c.match_id AND lost.workspace_id = %(workspace)s AND c.member_id = %(former)s""",
    "UPDATE report SET author_id = %(present)s WHERE workspace_id = %(workspace)s AND author_id = %(former)s",
    """UPDATE member_zone z SET member_id = %(present)s
       WHERE z.workspace_id = %(workspace)s AND z.member_id = %(former)s AND NOT EXISTS (
         SELECT FROM member_zone o WHERE o.workspace_id = z.workspace_id AND o.member_id = %(present)s)""",
    "UPDATE board_session SET member_id = %(present)s WHERE workspace_id = %(workspace)s AND member_id = %(former)s",
    """UPDATE outbox SET people = array_replace(people, %(former)s, %(present)s),
         reply = replace(reply::text, '"id": ' || to_json(%(former)s::text),
           '"id": ' || to_json(%(present)s::text))::jsonb
       WHERE seq IN (SELECT replies_naming(%(former)s))""",
    "SELECT rename_in_logs(%(team)s, %(former)s, %(present)s)",
)


async def rename_member(store: Store, team: str, former: str, present: str) -> None:
    """Replace a member's id everywhere, and tell other processes: it may be in the settings. Idempotent."""
    ids = {"team": team, "former": former, "present": present}
    await store.rows(_REACTIONS, **ids)
    if workspace := await store.workspace("slack", team):
        async with store.transaction(workspace.community) as connection:
            for statement in _INSIDE:
                await connection.execute(statement, {"workspace": workspace.id, **ids})
            await connection.execute("SELECT pg_notify(%s, %s)", [WORKSPACE_CHANGED, f"slack {team}"])
