"""Who people are and whether they moderate, as Slack says at this moment."""

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.latest import Latest
from bot.slack.errors import FAILURES, MISSING_SCOPE, cause_of, code_of, part_of, slack_errors
from reunite.entities import Member, Settings
from reunite.errors import MissingScopeError, TryAgainError, UndeliverableError
from reunite.language import language_of, sentence, spoken_language_of

_REMEMBERED: Final = 1000
"""People whose languages are remembered."""
_GROUPS_SECONDS: Final = 3.0
"""How long the user groups are remembered: Slack answers 20 calls a minute, and every press needs them."""
_UNKNOWN: Final = {"access_denied", "not_visible", "unknown_method", "user_not_found", "user_not_visible"}
"""Slack's answers about strangers; a compatible server without the method gives one about everybody."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on Slack at this moment, with the language and the time zone of their own Slack."""

    member: Member
    moderates: bool | None
    """None if Slack doesn't say who they are, or who is in the user groups of moderators."""
    language: str
    zone: tzinfo
    refusal: UndeliverableError | None = None
    """Why that's unknown though the app may ask."""
    spoken: str | None = None
    """Their language if Slack says it and we speak it."""
    is_guest: bool = False
    """Whether they see only the channels that they're in."""

    @property
    def is_moderator(self) -> bool:
        """Whether they moderate. Raises TryAgainError if that's unknown, so that no moderator is turned away."""
        self.check_known()
        return bool(self.moderates)

    def check_known(self) -> None:
        """Raise TryAgainError if it's unknown whether they moderate, MissingScopeError if a scope is the reason."""
        if self.moderates is None:
            if self.refusal:  # the cause tells that it's about this person alone
                raise TryAgainError("Slack refuses to say who someone is") from self.refusal.__cause__
            raise MissingScopeError(
                "Slack doesn't say who people are: update the app's manifest (slack/manifest.yaml) and reinstall it."
            )


class People:
    """The people of one workspace."""

    def __init__(self, client: AsyncWebClient, team: str, always_moderate: Collection[str]) -> None:
        """`client` has the workspace's token; the operator has made `always_moderate` moderators."""
        self._client = client
        self._team = team
        self._always_moderate = always_moderate
        self._languages = Latest[str, str](_REMEMBERED)
        self._groups: Sequence[Mapping[str, Any]] = ()
        self._groups_error: Exception | None = None
        self._groups_asked = -math.inf
        self._asking = asyncio.Lock()

    def remembered_language(self, user: str | None, otherwise: str) -> str:
        """Return the language of someone who was here lately."""
        return self._languages.get(user or "", otherwise)

    async def person(self, user: str, settings: Settings) -> Person:
        """Return who a user is and whether they moderate; if Slack refuses to say, still someone.

        Raises TryAgainError in an outage, so that nobody is taken for someone else.
        """
        unknown = Member(user, sentence("unknown_member", settings.language))
        try:
            with slack_errors():
                found = await self._user(user)
        except (MissingScopeError, UndeliverableError) as error:
            _log.warning("slack_user_lookup_refused", team=self._team, error=cause_of(error))
            refusal = error if isinstance(error, UndeliverableError) else None
            return Person(unknown, user in self._always_moderate or None, settings.language, UTC, refusal)
        if found is None:
            return Person(unknown, moderates=False, language=settings.language, zone=UTC)
        spoken = spoken_language_of(found.get("locale"))
        language = language_of(found.get("locale") or settings.language)
        self._languages[user] = language
        member = Member(user, _name_of(found) or user)
        moderates = await self._moderates(user, found, settings.moderators)
        # docs.slack.dev/reference/objects/user-object: guests of many channels, of one, and from elsewhere
        is_guest = any(found.get(kind) for kind in ("is_restricted", "is_ultra_restricted", "is_stranger"))
        return Person(member, moderates, language, zone_of(found), spoken=spoken, is_guest=is_guest)

    async def name(self, user: str) -> str:
        """Return the name that others see; empty if Slack doesn't say it."""
        try:
            return _name_of(await self._user(user) or {})
        except (*FAILURES, TryAgainError):
            return ""

    async def _user(self, user: str) -> Mapping[str, Any] | None:
        """Return what Slack says about a user; None if it refuses, as about some users of other organisations."""
        try:
            answer = await self._client.users_info(user=user, include_locale=True)
        except SlackApiError as error:
            if code_of(error) not in _UNKNOWN:
                raise
            return None
        found: Mapping[str, Any] = part_of(answer, "user")
        return found

    async def _moderates(self, user: str, found: Mapping[str, Any], chosen: Collection[str]) -> bool | None:
        """Return whether someone is an admin, or chosen, or in a chosen user group; None if that's unknown.

        A guest from elsewhere never is, nor is a deactivated account, which Slack calls deleted.
        """
        if found.get("deleted") or found.get("is_stranger") or self._team not in _teams_of(found, self._team):
            return False
        if found.get("is_admin") or found.get("is_owner") or user in {*chosen, *self._always_moderate}:
            return True
        groups = set(filter(is_group, chosen))
        if not groups:
            return False
        members = await self._members(groups)
        return None if members is None else user in members

    async def _members(self, groups: Collection[str]) -> set[str] | None:
        """Return who is in any of these user groups, by one call; None if the app may not ask.

        It's nobody if the workspace has no user groups any more.
        """
        try:
            with slack_errors():
                found = await self._latest_groups()
        except MissingScopeError:
            _log.warning("slack_groups_lookup_failed", team=self._team, error=MISSING_SCOPE)
            return None
        except UndeliverableError as error:
            _log.warning("slack_groups_lookup_failed", team=self._team, error=str(error))
            return set()
        return {user for group in found if group["id"] in groups for user in group.get("users") or ()}

    async def _latest_groups(self) -> Sequence[Mapping[str, Any]]:
        async with self._asking:
            if monotonic() - self._groups_asked >= _GROUPS_SECONDS:
                try:
                    answer = await self._client.usergroups_list(include_users=True)
                    self._groups, self._groups_error = part_of(answer, "usergroups"), None
                except (*FAILURES, TryAgainError) as error:  # each press would wait for its own
                    self._groups_error = error
                self._groups_asked = monotonic()
            if self._groups_error:
                raise self._groups_error
            return self._groups


def is_user(identifier: str) -> bool:
    """Return whether an id is a user's."""
    return identifier.startswith(("U", "W"))


def is_group(identifier: str) -> bool:
    """Return whether an id is a user group's."""
    return identifier.startswith("S")


def _teams_of(user: Mapping[str, Any], otherwise: str) -> set[str]:
    """Return the workspaces that someone is in: one, or several of an organisation, of which `team_id` is any."""
    return {user.get("team_id") or otherwise, *((user.get("enterprise_user") or {}).get("teams") or ())}


def zone_of(user: Mapping[str, Any]) -> tzinfo:
    """Return someone's time zone; if its name isn't known here, its current offset from UTC."""
    try:
        return ZoneInfo(user.get("tz") or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone(timedelta(seconds=int(user.get("tz_offset") or 0)))


def _name_of(user: Mapping[str, Any]) -> str:
    """Return the name that others see."""
    return str((user.get("profile") or {}).get("display_name") or user.get("real_name") or user.get("name") or "")
