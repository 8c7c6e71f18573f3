"""What the bot stores about Slack outside communities: installations with their tokens, events, reactions."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from db.heard import heard_at, note_heard
from db.store import Store
from reunite.absence import LEAVING

_EVENTS_KEPT: Final = "1 day"
"""Slack retries an event for about an hour."""
_REACTIONS_KEPT: Final = "1 year"
"""As long as a report, and therefore its match, can stay open."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace that has installed the app."""

    team: str
    name: str
    bot_user: str
    bot_token: str = field(repr=False)


class Installations:
    """The tables `slack_…`. Methods run their own transactions, outside all communities."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Installations

    async def save(self, installation: Installation) -> None:
        """Store an installation; a workspace's newer one replaces the older one."""
        await self._store.rows(
            """INSERT INTO slack_installation (team, name, bot_user, bot_token)
               VALUES (%(team)s, %(name)s, %(user)s, %(token)s)
               ON CONFLICT (team) DO UPDATE SET name = excluded.name, bot_user = excluded.bot_user,
                 bot_token = excluded.bot_token, installed_at = now()""",
            team=installation.team,
            name=installation.name,
            user=installation.bot_user,
            token=self._store.keys.encrypt(installation.bot_token),
        )

    async def of(self, team: str) -> Installation | None:
        rows = await self._store.rows(f"{_SELECT} WHERE team = %(team)s", team=team)
        return self._installation(rows[0]) if rows else None

    async def all(self) -> list[Installation]:
        """Return every installation, the oldest first."""
        return [self._installation(row) for row in await self._store.rows(f"{_SELECT} ORDER BY installed_at, team")]

    def _installation(self, row: dict[str, Any]) -> Installation:
        return Installation(**{**row, "bot_token": self._store.keys.decrypt(row["bot_token"])})

    async def is_newer(self, team: str, than: datetime) -> bool:
        """Return whether a workspace has installed the app, perhaps again, after a moment."""
        query = "SELECT 1 FROM slack_installation WHERE team = %(team)s AND installed_at > %(than)s"
        return bool(await self._store.rows(query, team=team, than=than))

    async def delete(self, team: str) -> None:
        """Delete a workspace's token and everything else that is stored about it.

        First it's noted that the workspace is being deleted: without the token, nothing else would show that the rest
        is still to do, if this process ends before that.
        """
        if workspace := await self._store.workspace("slack", team):
            await self._store.note_absence(workspace, LEAVING)
        async with self._store.outside() as connection:
            for table in ("slack_reaction", "slack_picture", "slack_window", "slack_installation"):
                await connection.execute(f"DELETE FROM {table} WHERE team = %(team)s", {"team": team})

    # Installations in progress

    async def issue_state(self, seconds: int) -> str:
        """Return a new secret for an installation, valid for some seconds."""
        state = secrets.token_urlsafe(32)
        await self._store.rows("DELETE FROM slack_oauth_state WHERE expires_at < now()")
        await self._store.rows(
            """INSERT INTO slack_oauth_state (state, expires_at)
               VALUES (%(state)s, now() + make_interval(secs => %(seconds)s))""",
            state=state,
            seconds=seconds,
        )
        return state

    async def consume_state(self, state: str) -> bool:
        """Return whether a secret is ours and still valid; it can be used once."""
        query = "DELETE FROM slack_oauth_state WHERE state = %(state)s RETURNING expires_at > now() AS valid"
        rows = await self._store.rows(query, state=state)
        return bool(rows and rows[0]["valid"])

    # Events

    async def is_handled(self, event: str) -> bool:
        return bool(await self._store.rows("SELECT 1 FROM slack_event WHERE id = %(event)s", event=event))

    async def note_event(self, event: str) -> None:
        await self._store.rows(
            "INSERT INTO slack_event (id) VALUES (%(event)s) ON CONFLICT (id) DO NOTHING", event=event
        )

    async def forget_old(self) -> None:
        """Delete events that won't be retried, and reactions on matches that have ended."""
        await self._store.rows(f"DELETE FROM slack_event WHERE at < now() - interval '{_EVENTS_KEPT}'")
        await self._store.rows(f"DELETE FROM slack_reaction WHERE at < now() - interval '{_REACTIONS_KEPT}'")

    # Reactions

    async def note_reaction(self, team: str, at: tuple[str, str], reaction: str, member: str, *, given: bool) -> None:
        """Record that a reaction on the message at (channel, ts) was taken as a verdict, or was removed."""
        values = {"team": team, "channel": at[0], "message": at[1], "reaction": reaction, "member": member}
        if given:
            query = """INSERT INTO slack_reaction (team, channel, message, reaction, member)
                       VALUES (%(team)s, %(channel)s, %(message)s, %(reaction)s, %(member)s) ON CONFLICT DO NOTHING"""
        else:
            query = """DELETE FROM slack_reaction WHERE team = %(team)s AND channel = %(channel)s
                       AND message = %(message)s AND reaction = %(reaction)s AND member = %(member)s"""
        await self._store.rows(query, **values)

    async def reactions_at(self, team: str, at: tuple[str, str]) -> set[tuple[str, str]]:
        """Return the reactions on a message that were taken as verdicts, each as its name and member."""
        rows = await self._store.rows(
            """SELECT reaction, member FROM slack_reaction
               WHERE team = %(team)s AND channel = %(channel)s AND message = %(message)s""",
            team=team,
            channel=at[0],
            message=at[1],
        )
        return {(row["reaction"], row["member"]) for row in rows}

    # Until when the bot has heard of everything

    async def heard_at(self, team: str) -> datetime | None:
        """Return the moment up to which the bot has received everything in a workspace; None if it never did."""
        return await heard_at(self._store, "slack", team)

    async def note_heard(self, team: str) -> None:
        """Record that the bot is receiving everything in a workspace now."""
        await note_heard(self._store, "slack", [team])


_SELECT: Final = "SELECT team, name, bot_user, bot_token FROM slack_installation"
