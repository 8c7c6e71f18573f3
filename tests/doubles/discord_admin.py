"""What the moderators of the double's guild change, and the events by which the bot hears of it."""

from datetime import datetime

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_shapes import BOT_ID


class Admin:
    """Members and the bot come and go; channels, roles and permissions change."""

    def __init__(self, guild: Guild) -> None:
        self._guild = guild

    def join(self, name: str, *, moderator: bool = False, bot: bool = False) -> str:
        """Let a person (or another bot) join the guild, and return their id."""
        return self._guild.add_member(
            self._guild.new_id(), name, bot=bot, roles=[self._guild.moderator_role] if moderator else []
        )

    def leave(self, user: str) -> None:
        """Let a person leave the guild, or be banned; they keep their direct messages."""
        del self._guild.members[user]

    async def create_channel(self, name: str, kind: int = shapes.TEXT, *, forbidden: int = 0) -> str:
        channel = self._guild.add_channel(name, kind, forbidden=forbidden)
        await self._guild.gateway.dispatch("CHANNEL_CREATE", channel)
        return str(channel["id"])

    async def delete_channel(self, name: str) -> None:
        """Delete a channel with everything posted in it, threads included, of which the bot isn't told."""
        gone = self._guild.channels.pop(self._guild.channel(name))
        threads = [place["id"] for place in self._guild.channels.values() if place.get("parent_id") == gone["id"]]
        for place in (gone["id"], *threads):
            self._guild.channels.pop(place, None)
            self._guild.messages.pop(place, None)
        await self._guild.gateway.dispatch("CHANNEL_DELETE", gone)

    async def forbid(self, channel: str, permissions: int, role: str = BOT_ID) -> None:
        """Take permissions in a channel (by name) away from the bot, perhaps by a role that it has."""
        await self._overwrite(channel, role, deny=permissions)

    async def allow_here(self, channel: str, permissions: int, whom: str) -> None:
        """Give a member permissions in a channel (by name), and nowhere else."""
        await self._overwrite(channel, whom, allow=permissions)

    async def allow(self, channel: str) -> None:
        """Give the bot back what it was forbidden in a channel (by name)."""
        place = self._guild.channels[self._guild.channel(channel)]
        place["permission_overwrites"] = []
        await self._guild.gateway.dispatch("CHANNEL_UPDATE", place)

    async def time_out(self, *, until: datetime) -> None:
        """Put the bot in a timeout.

        A bot hears of its own member without the intent for members:
        https://docs.discord.com/developers/events/gateway#list-of-intents
        """
        self._guild.members[BOT_ID]["communication_disabled_until"] = until.isoformat()
        await self._tell_of_bot()

    async def _tell_of_bot(self) -> None:
        told = {**self._guild.members[BOT_ID], "guild_id": self._guild.guild_id}
        await self._guild.gateway.dispatch("GUILD_MEMBER_UPDATE", told)

    async def _overwrite(self, channel: str, whom: str, *, allow: int = 0, deny: int = 0) -> None:
        place = self._guild.channels[self._guild.channel(channel)]
        kind = 1 if whom in self._guild.members else 0
        place["permission_overwrites"] = [{"id": whom, "type": kind, "allow": str(allow), "deny": str(deny)}]
        await self._guild.gateway.dispatch("CHANNEL_UPDATE", place)

    async def create_role(self, name: str) -> str:
        role = self._guild.add_role(name, 0)
        await self._guild.gateway.dispatch(
            "GUILD_ROLE_CREATE", {"guild_id": self._guild.guild_id, "role": self._guild.roles[role]}
        )
        return role

    async def permit(self, role: str, permissions: int) -> None:
        """Give a role more permissions in the guild."""
        self._guild.roles[role]["permissions"] = str(int(self._guild.roles[role]["permissions"]) | permissions)
        await self._guild.gateway.dispatch(
            "GUILD_ROLE_UPDATE", {"guild_id": self._guild.guild_id, "role": self._guild.roles[role]}
        )

    async def give_role(self, user: str, role: str) -> None:
        self._guild.members[user]["roles"].append(role)
        if user == BOT_ID:
            await self._tell_of_bot()

    async def take_role(self, user: str, role: str) -> None:
        self._guild.members[user]["roles"].remove(role)

    async def remove_bot(self) -> None:
        await self._guild.gateway.dispatch("GUILD_DELETE", {"id": self._guild.guild_id})

    def invite(self, bot: str, by: str) -> None:
        """Note in the audit log who added a bot."""
        entry = {"id": self._guild.new_id(), "user_id": by, "target_id": bot, "action_type": shapes.BOT_ADD}
        self._guild.invitations.insert(0, entry)

    def joined(self) -> None:
        """Make the bot a member from now on."""
        self._guild.members[BOT_ID]["joined_at"] = shapes.now()

    async def add_bot(self) -> None:
        self.joined()
        # discord.py takes a guild for a new one where `unavailable` is absent (discord.state, parse_guild_create).
        guild = {key: value for key, value in self._guild.guild().items() if key != "unavailable"}
        if self._guild.has_outage:  # docs.discord.com, Gateway Events, "Guild Create"
            guild = {"id": self._guild.guild_id, "unavailable": True}
        await self._guild.gateway.dispatch("GUILD_CREATE", guild)

    async def go_out(self) -> None:
        """Let the guild have an outage: the bot hears nothing of it."""
        self._guild.has_outage = True
        await self._guild.gateway.dispatch("GUILD_DELETE", {"id": self._guild.guild_id, "unavailable": True})

    async def come_back(self) -> None:
        """End the guild's outage."""
        self._guild.has_outage = False
        await self._guild.gateway.dispatch("GUILD_CREATE", self._guild.guild())

    async def require_tag(self, forum: str, *, moderated: bool, name: str = "") -> str:
        """Let a forum (by name) require a tag, and add one, perhaps for moderators only."""
        place = self._guild.channels[self._guild.channel(forum)]
        name = name or f"tag {len(place['available_tags'])}"
        tag = {"id": self._guild.new_id(), "name": name, "moderated": moderated}
        place["available_tags"].append({**tag, "emoji_id": None, "emoji_name": None})
        place["flags"] |= shapes.REQUIRE_TAG
        await self._guild.gateway.dispatch("CHANNEL_UPDATE", place)
        return str(tag["id"])

    async def lock(self, thread: str, *, locked: bool = True) -> None:
        """Close a thread as a moderator, so that only moderators can write in it, or open it again."""
        self._guild.channels[thread]["thread_metadata"] |= {"archived": locked, "locked": locked}
        await self._guild.gateway.dispatch("THREAD_UPDATE", self._guild.channels[thread])

    async def archive(self, thread: str) -> None:
        """Archive a thread, as Discord does when nobody has written for days."""
        asleep = self._guild.channels[thread]
        asleep["thread_metadata"]["archived"] = True
        await self._guild.gateway.dispatch("THREAD_UPDATE", asleep)

    async def remove_bot_from(self, thread: str) -> None:
        """Remove the bot from a private thread, as those who manage threads may."""
        self._guild.thread_members[thread].remove(BOT_ID)
        gone = {"removed_member_ids": [BOT_ID], "member_count": len(self._guild.thread_members[thread])}
        await self._guild.gateway.dispatch(
            "THREAD_MEMBERS_UPDATE", {"id": thread, "guild_id": self._guild.guild_id, **gone}
        )
