"""Drops edits that arrive after a newer one: Slack doesn't keep their order."""

from typing import Final

from bot.slack.posts import Body

_MAX_POSTS: Final = 1000


class NewestEdits:
    """Remembers when the posts that were edited most recently were edited."""

    def __init__(self, most: int = _MAX_POSTS) -> None:
        self._most = most
        self._edited: dict[str, float] = {}

    def is_outdated(self, key: str, message: Body) -> bool:
        """Return whether a newer version of a post than this one is known."""
        return _edited_at(message) < self._edited.get(key, 0)

    def note(self, key: str, message: Body) -> None:
        """Remember a post's version."""
        self._edited.pop(key, None)
        self._edited[key] = _edited_at(message)
        if len(self._edited) > self._most:
            del self._edited[next(iter(self._edited))]


def _edited_at(message: Body) -> float:
    return float((message.get("edited") or {}).get("ts", 0))
