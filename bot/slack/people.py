"""Who people are, as Slack's users.info says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reunite.entities import Member
from reunite.errors import MissingScopeError


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on Slack at this moment, with the language and the time zone of their own Slack."""

    member: Member
    moderates: bool | None
    """None if the app may not ask who they are."""
    language: str
    zone: tzinfo

    @property
    def is_moderator(self) -> bool:
        """Whether they moderate. Raises MissingScopeError if that's unknown, so that no moderator is turned away."""
        self.check_known()
        return bool(self.moderates)

    def check_known(self) -> None:
        """Raise MissingScopeError if the app may not ask who they are."""
        if self.moderates is None:
            raise MissingScopeError(
                "Slack doesn't say who people are: update the app's manifest (slack/manifest.yaml) and reinstall it."
            )


def teams_of(user: Mapping[str, Any], otherwise: str) -> set[str]:
    """Return the workspaces that someone is in: one, or several of an organisation, of which `team_id` is any."""
    return {user.get("team_id") or otherwise, *((user.get("enterprise_user") or {}).get("teams") or ())}


def zone_of(user: Mapping[str, Any]) -> tzinfo:
    """Return someone's time zone; if its name isn't known here, its current offset from UTC."""
    try:
        return ZoneInfo(user.get("tz") or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone(timedelta(seconds=int(user.get("tz_offset") or 0)))


def name_of(user: Mapping[str, Any]) -> str:
    """Return the name that others see."""
    return str(user.get("profile", {}).get("display_name") or user.get("real_name") or user.get("name") or "")
