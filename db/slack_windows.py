"""The gaps in Slack's channels that the bot must still read after a downtime."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from db.store import Store


@dataclass(frozen=True, slots=True)
class Window:
    """A channel's posts from `oldest` until before `latest` (both a Slack ts); those from `since` on may be new."""

    id: int
    channel: str
    oldest: str
    since: str
    latest: str
    opened_at: datetime


class SlackWindows:
    """The table `slack_window`. Methods run their own transactions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, team: str, channel: str, *, oldest: str, since: str, latest: str) -> None:
        """Note a gap, unless the same one is noted already."""
        await self._store.rows(
            """INSERT INTO slack_window (team, channel, oldest, since, latest)
               SELECT %(team)s, %(channel)s, %(oldest)s, %(since)s, %(latest)s WHERE NOT EXISTS (
                 SELECT FROM slack_window WHERE team = %(team)s AND channel = %(channel)s
                   AND (oldest, since, latest) = (%(oldest)s, %(since)s, %(latest)s))""",
            team=team,
            channel=channel,
            oldest=oldest,
            since=since,
            latest=latest,
        )

    async def of(self, team: str) -> list[Window]:
        """Return a workspace's windows, the newest posts first."""
        rows = await self._store.rows(
            "SELECT id, channel, oldest, since, latest, opened_at FROM slack_window WHERE team = %(team)s"
            " ORDER BY latest DESC, id",
            team=team,
        )
        return [Window(**row) for row in rows]

    async def next(self, team: str, *, never: str, older: bool, without: Collection[str] = ()) -> Window | None:
        """Return the window with the newest posts, among those with new posts or (`older`) with `never` as `since`.

        Those of the channels `without` are left out.
        """
        rows = await self._store.rows(
            "SELECT id, channel, oldest, since, latest, opened_at FROM slack_window"
            " WHERE team = %(team)s AND (since = %(never)s) = %(older)s"
            " AND channel <> ALL(%(without)s) ORDER BY latest DESC, id LIMIT 1",
            team=team,
            never=never,
            older=older,
            without=[*without],
        )
        return Window(**rows[0]) if rows else None

    async def advance(self, window: int, latest: str) -> None:
        """Record that everything from `latest` on was read."""
        await self._store.rows(
            "UPDATE slack_window SET latest = %(latest)s WHERE id = %(id)s", latest=latest, id=window
        )

    async def close(self, window: Window) -> None:
        """Close a window, unless its channel has another id by now: then it's read under that."""
        statement = "DELETE FROM slack_window WHERE id = %(id)s AND channel = %(channel)s"
        await self._store.rows(statement, id=window.id, channel=window.channel)
