"""What the admins of the Slack double's workspaces do: open workspaces and channels, and let people and the bot in."""

from typing import TYPE_CHECKING, Any

from tests.doubles.slack_api import BOT_USER, TEAM, Bot
from tests.doubles.slack_delivery import Envelope

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble


class SlackAdmin:
    """Changes workspaces, their members and their channels."""

    def __init__(self, slack: "SlackDouble") -> None:
        self._slack = slack

    def add_team(self, team: str) -> Bot:
        """Open a workspace; the app is in it where its token was given out."""
        suffix = "" if team == TEAM else f"-{team}"
        bot = Bot(team, BOT_USER if team == TEAM else f"U0BOT{team}", f"xoxb-double{suffix}", f"Testville{suffix}")
        self._slack.teams[team] = bot
        self._slack.members[bot.user] = {"id": bot.user, "name": "reunite", "is_bot": True, "team_id": team}
        return bot

    def add_member(self, name: str, *, admin: bool = False, team: str = TEAM, locale: str = "en-US") -> str:
        """Let someone in; return their id."""
        user = f"U{next(self._slack.numbers):08}"
        person = {"id": user, "name": name.lower(), "team_id": team, "is_admin": admin, "is_owner": False}
        self._slack.members[user] = {**person, "locale": locale, "profile": {"display_name": name}}
        return user

    def deactivate(self, user: str) -> None:
        """Deactivate an account: Slack still tells of it (docs.slack.dev/reference/objects/user-object, `deleted`)."""
        self._slack.members[user]["deleted"] = True

    def add_group(self, handle: str, *users: str) -> str:
        """Make a user group; return its id."""
        group = f"S{next(self._slack.numbers):08}"
        self._slack.groups[group] = {
            "id": group,
            "handle": handle,
            "name": handle.title(),
            "users": [*users],
            "team": TEAM,
        }
        return group

    def add_channel(self, name: str, *, bot_inside: bool = True, team: str = TEAM, **more: Any) -> str:
        """Open a channel; return its id."""
        channel = f"C{next(self._slack.numbers):08}"
        self._slack.channels[channel] = {
            "id": channel,
            "name": name,
            "is_member": bot_inside,
            "is_archived": False,
            **more,
        }
        self._slack.channels[channel]["team"] = team
        self._slack.messages[channel] = []
        return channel

    def share(self, channel: str, *, unheard: bool = False) -> str:
        """Share a private channel with another organisation; return the new id that it gets, and keeps.

        https://docs.slack.dev/reference/events/channel_id_changed (read 2026-11-28)
        """
        new = f"C{next(self._slack.numbers):08}"
        self._slack.channels[new] = {**self._slack.channels.pop(channel), "id": new, "is_ext_shared": True}
        self._slack.messages[new] = self._slack.messages.pop(channel)
        if not unheard:
            ids = {"old_channel_id": channel, "new_channel_id": new}
            self._slack.tell({"type": "channel_id_changed", **ids, "event_ts": self._slack.next_ts()})
        return new

    def archive(self, channel: str, *, archived: bool = True) -> Envelope:
        """Archive a channel, or take it out of the archive."""
        self._slack.channels[channel]["is_archived"] = archived
        kind = "channel_archive" if archived else "channel_unarchive"
        return self._slack.tell({"type": kind, "channel": channel, "user": BOT_USER})

    def invite_bot(self, channel: str, *, by: str | None = None) -> None:
        """Let the bot into a channel. Slack names nobody where it joins by itself, such as by an app's call."""
        self._slack.channels[channel]["is_member"] = True
        bot = self._slack.teams[self._slack.channels[channel]["team"]]
        inviter = {"inviter": by} if by else {}
        joined = {"type": "member_joined_channel", "user": bot.user, "channel": channel, "team": bot.team}
        self._slack.tell({**joined, **inviter})
