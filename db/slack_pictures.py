"""The pictures of replies that the bot has uploaded to Slack: a message's files stay there when it is deleted."""

from typing import Final

from db.store import Store

_LOOK: Final = "look"
"""The key of pictures that belong to no reply: what searches without a report have shown."""
_LOOKS_KEPT: Final = "1 hour"
"""Their buttons work for a quarter of it."""


class SlackPictures:
    """The table `slack_picture`. Methods run their own transactions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, team: str, key: str, file: str) -> None:
        """Note the file of a reply's picture."""
        await self._store.rows(
            "INSERT INTO slack_picture (team, key, file) VALUES (%(team)s, %(key)s, %(file)s) ON CONFLICT DO NOTHING",
            team=team,
            key=key,
            file=file,
        )

    async def note_look(self, team: str, file: str) -> None:
        """Note the file of a search without a report."""
        await self.note(team, _LOOK, file)

    async def of(self, team: str, key: str) -> list[str]:
        """Return the files of a reply's pictures."""
        query = "SELECT file FROM slack_picture WHERE team = %(team)s AND key = %(key)s ORDER BY file"
        return [row["file"] for row in await self._store.rows(query, team=team, key=key)]

    async def of_old_looks(self, team: str) -> list[str]:
        """Return the files of searches without a report that have been shown for long enough."""
        query = f"""SELECT file FROM slack_picture WHERE team = %(team)s AND key = %(key)s
                    AND at < now() - interval '{_LOOKS_KEPT}' ORDER BY at"""
        return [row["file"] for row in await self._store.rows(query, team=team, key=_LOOK)]

    async def forget(self, team: str, file: str) -> None:
        """Forget a file that is deleted."""
        await self._store.rows(
            "DELETE FROM slack_picture WHERE team = %(team)s AND file = %(file)s", team=team, file=file
        )
