"""Creates the channels that a workspace lacks, for the App Home."""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.channels import CHANNEL_USES, ChannelUse, lacking, role_of, with_created
from bot.locks import Locks
from bot.slack.errors import FAILURES, code_of
from bot.slack.people import Person, is_user
from bot.slack.workspace import SlackWorkspace
from db.trouble import is_temporary
from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.handlers import Handlers
from reunite.language import listed, sentence

_TAKEN: Final = "name_taken"
_REFUSALS: Final = {"missing_scope": "channels_scopes", _TAKEN: "channels_taken"}
"""Sentences by Slack's name of the error."""
_log = structlog.get_logger(__name__)


class NewChannels:
    """Creates the channels that a workspace lacks, if the app has the scopes for it."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._locks = Locks[str]()

    async def lacking(self, workspace: SlackWorkspace) -> Sequence[ChannelUse]:
        """Return what the workspace has no channel for."""
        settings = await self._handlers.settings("slack", workspace.team)
        roles = {role_of(channel.id, channel.name, settings) for channel in workspace.channels.values()}
        return lacking(settings, roles)

    async def create(self, workspace: SlackWorkspace, person: Person) -> str:
        """Create the missing channels, choose them in the settings, and return a summary."""
        async with self._locks.of(workspace.team):  # a second press finds nothing missing
            settings = await self._handlers.settings("slack", workspace.team)
            needed = await self.lacking(workspace)
            created, reason = await _create(workspace, needed, settings)
            is_saved = not created or await self._choose(workspace, settings, created)
            if "log" in created:
                await _invite(workspace, created["log"], [person.member.id, *settings.moderators])
        left = [use for use in needed if use not in created]
        language = person.language
        sentences = _made(created, language, is_saved=is_saved) + _refused(left, reason, settings, language)
        return " ".join(sentences) or sentence("channels_complete", language)

    async def _choose(self, workspace: SlackWorkspace, settings: Settings, created: Mapping[ChannelUse, str]) -> bool:
        """Choose new channels in the settings; return false if the database is away: the channels are there."""
        changed = with_created(settings, created)
        try:
            await self._handlers.set_up(ChangeSettings(platform="slack", workspace=workspace.team, settings=changed))
        except Exception as error:
            if not is_temporary(error):
                raise
            _log.warning("slack_channels_not_chosen", team=workspace.team, reason=type(error).__name__)
            return False
        await workspace.try_to_refresh()
        return True


async def _create(
    workspace: SlackWorkspace, uses: Sequence[ChannelUse], settings: Settings
) -> tuple[Mapping[ChannelUse, str], str]:
    """Create channels until Slack refuses one; return their ids, and the reason."""
    created: dict[ChannelUse, str] = {}
    for use in uses:
        try:
            answer = await workspace.client.conversations_create(name=_name(use, settings), is_private=use == "log")
        except FAILURES as error:
            reason = code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            _log.warning("slack_channel_not_created", team=workspace.team, use=use, reason=reason)
            return created, reason
        created[use] = answer["channel"]["id"]
    return created, ""


async def _invite(workspace: SlackWorkspace, channel: str, people: Sequence[str]) -> None:
    """Invite people to a private channel; user groups can't be invited, but its members can add others."""
    users = [*filter(is_user, dict.fromkeys(people))]
    try:
        await workspace.client.conversations_invite(channel=channel, users=users, force=True)
    except FAILURES as error:
        _log.warning("slack_moderators_not_invited", team=workspace.team, reason=str(error))


def _name(use: ChannelUse, settings: Settings) -> str:
    """Return a channel's name in the workspace's language, or in English where Slack doesn't take its letters."""
    names = {name: sentence(f"channel_{name}", settings.language) for name in CHANNEL_USES}
    return names[use] if "".join(names.values()).isascii() else sentence(f"channel_{use}")


def _made(created: Mapping[ChannelUse, str], language: str, *, is_saved: bool) -> list[str]:
    made = listed((f"<#{channel}>" for channel in created.values()), language)
    sentences = [sentence("channels_created", language, channels=made)] if made else []
    return sentences if is_saved else [*sentences, sentence("channels_unsaved", language)]


def _refused(left: Sequence[ChannelUse], reason: str, settings: Settings, language: str) -> list[str]:
    key = _REFUSALS.get(reason, "channels_refused")
    names = listed((f"#{_name(use, settings)}" for use in (left[:1] if reason == _TAKEN else left)), language)
    return [sentence(key, language, channels=names)] if left else []
