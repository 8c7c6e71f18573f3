"""The ids of buttons, which say what they do, about what, and in direct messages for which guild."""

import re
from typing import Final, NamedTuple
from uuid import UUID

from reunite.messages.reply import Action, action_of

KEEP: Final = "keep"
"""The id of the button that cancels what the button next to it would do."""
_GUILD_PART: Final = r"(?:@(?P<guild>\d{1,20}))?"
"""A button of a direct message names its guild, because an interaction there has none."""
_PRESS: Final = re.compile(r"(?P<action>[a-z_]{1,40}):(?P<subject>[0-9a-f-]{36})" + _GUILD_PART)
_ANSWER: Final = re.compile(r"answer:(?P<report>[0-9a-f-]{36}):(?P<choice>\w+)" + _GUILD_PART)


class PressId(NamedTuple):
    """A button's id, and what it says; None for a `guild` if the button is in the guild itself."""

    custom_id: str
    action: Action
    subject: UUID
    guild: int | None


class AnswerId(NamedTuple):
    """The id of a question's button, and what it says."""

    custom_id: str
    report: UUID
    choice: str
    guild: int | None


def press_id(action: Action, subject: UUID) -> str:
    return f"{action}:{subject}"


def in_guild(custom_id: str, guild: str) -> str:
    """Return the id of a direct message's button, which names its guild."""
    return f"{custom_id}@{guild}"


def parse_press_id(custom_id: str) -> PressId | None:
    """Read a button's id; None for any other id."""
    found = _PRESS.fullmatch(custom_id)
    action = action_of(found["action"]) if found else None
    return PressId(custom_id, action, UUID(found["subject"]), _guild_in(found)) if found and action else None


def _guild_in(found: re.Match[str]) -> int | None:
    return int(found["guild"]) if found["guild"] else None


def answer_id(report: UUID, choice: str) -> str:
    return f"answer:{report}:{choice}"


def parse_answer_id(custom_id: str) -> AnswerId | None:
    """Read the id of a question's button; None for any other id."""
    found = _ANSWER.fullmatch(custom_id)
    return AnswerId(custom_id, UUID(found["report"]), found["choice"], _guild_in(found)) if found else None
