"""What people do in the double's guild, and the events by which the bot hears of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_shapes import BOT_ID, Json


class People(Guild):
    """Posts, edits, deletions, reactions, and what moderators change."""

    def join(self, name: str, *, moderator: bool = False, bot: bool = False) -> str:
        """Let a person (or another bot) join the guild, and return their id."""
        return self.add_member(self.new_id(), name, bot=bot, roles=[self.moderator_role] if moderator else [])

    def leave(self, user: str) -> None:
        """Let a person leave the guild, or be banned; they keep their direct messages."""
        del self.members[user]

    async def create_channel(self, name: str, kind: int = shapes.TEXT, *, forbidden: int = 0) -> str:
        channel = self.add_channel(name, kind, forbidden=forbidden)
        await self.gateway.dispatch("CHANNEL_CREATE", channel)
        return str(channel["id"])

    async def delete_channel(self, name: str) -> None:
        """Delete a channel with all that was posted in it."""
        gone = self.channels.pop(self.channel(name))
        del self.messages[gone["id"]]
        await self.gateway.dispatch("CHANNEL_DELETE", gone)

    async def forbid(self, channel: str, permissions: int, whom: str = BOT_ID) -> None:
        """Take permissions in a channel (by name) away from the bot, or from a role."""
        await self._overwrite(channel, whom, deny=permissions)

    async def allow_here(self, channel: str, permissions: int, whom: str) -> None:
        """Give a member permissions in a channel (by name), and nowhere else."""
        await self._overwrite(channel, whom, allow=permissions)

    async def _overwrite(self, channel: str, whom: str, *, allow: int = 0, deny: int = 0) -> None:
        place = self.channels[self.channel(channel)]
        kind = 1 if whom in self.members else 0
        place["permission_overwrites"] = [{"id": whom, "type": kind, "allow": str(allow), "deny": str(deny)}]
        await self.gateway.dispatch("CHANNEL_UPDATE", place)

    async def create_role(self, name: str) -> str:
        role = self.add_role(name, 0)
        await self.gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": self.guild_id, "role": self.roles[role]})
        return role

    async def permit(self, role: str, permissions: int) -> None:
        """Give a role more permissions in the guild."""
        self.roles[role]["permissions"] = str(int(self.roles[role]["permissions"]) | permissions)
        await self.gateway.dispatch("GUILD_ROLE_UPDATE", {"guild_id": self.guild_id, "role": self.roles[role]})

    async def give_role(self, user: str, role: str) -> None:
        self.members[user]["roles"].append(role)

    async def take_role(self, user: str, role: str) -> None:
        self.members[user]["roles"].remove(role)

    async def remove_bot(self) -> None:
        await self.gateway.dispatch("GUILD_DELETE", {"id": self.guild_id})

    def invite(self, bot: str, by: str) -> None:
        """Note in the audit log who added a bot."""
        entry = {"id": self.new_id(), "user_id": by, "target_id": bot, "action_type": shapes.BOT_ADD}
        self.invitations.insert(0, entry)

    async def add_bot(self) -> None:
        # discord.py takes a guild for a new one where `unavailable` is absent (discord.state, parse_guild_create).
        guild = {key: value for key, value in self.guild().items() if key != "unavailable"}
        await self.gateway.dispatch("GUILD_CREATE", guild)

    # Posts

    async def post(  # noqa: PLR0913 - a message has that much
        self,
        channel: str,
        author: str,
        text: str = "",
        photos: Mapping[str, bytes] | None = None,
        *,
        content_type: str | None = "image/jpeg",
        times: int = 1,
        **extra: object,
    ) -> str:
        """Post in a channel (by name) and return the message's id; `times` tells the bot more than once."""
        where = self.channel(channel)
        attachments = [self.attach(where, name, data, content_type) for name, data in (photos or {}).items()]
        message = self.add_message(where, author, {"content": text, "attachments": attachments, **extra})
        for _ in range(times):
            await self.tell_of(message)
        return str(message["id"])

    async def forward(
        self, channel: str, author: str, text: str = "", photos: Mapping[str, bytes] | None = None
    ) -> str:
        """Forward a message of another server into a channel (by name).

        The message itself is empty; what it forwards is in `message_snapshots`, without an author and without what its
        mentions mean (docs.discord.com, Message Snapshot Object; read in November 2026).
        """
        where, elsewhere = self.channel(channel), {"channel_id": self.new_id(), "message_id": self.new_id()}
        attachments = [self.attach(elsewhere["channel_id"], *item, "image/jpeg") for item in (photos or {}).items()]
        snapshot = shapes.snapshot(text, attachments)
        forwarded = {"message_reference": {"type": 1, **elsewhere}, "message_snapshots": [snapshot]}
        message = self.add_message(where, author, {"flags": shapes.HAS_SNAPSHOT, **forwarded})
        await self.tell_of(message)
        return str(message["id"])

    async def post_in_forum(
        self, forum: str, author: str, title: str, text: str = "", photos: Mapping[str, bytes] | None = None
    ) -> str:
        """Open a post in a forum channel (by name) and return its id: the thread's, and its first message's."""
        number = self.new_id()
        thread = self.add_thread(self.channel(forum), number, title, by=author)
        await self.gateway.dispatch("THREAD_CREATE", {**thread, "newly_created": True})
        attachments = [self.attach(number, name, data, "image/jpeg") for name, data in (photos or {}).items()]
        message = self.add_message(number, author, {"content": text, "attachments": attachments}, number)
        await self.tell_of(message)
        return number

    async def tell_of(self, message: Json) -> None:
        """Send a message's event (again)."""
        await self.gateway.dispatch("MESSAGE_CREATE", {**self.public(message), **self._about(message)})

    async def edit(self, message: str, text: str, *, tell: bool = True, **more: object) -> None:
        """Change the words of a post, or also its files; without `tell` the bot is not told, as while it is away."""
        edited = self.message(message) | {"content": text, "edited_timestamp": shapes.now(), **more}
        self.messages[edited["channel_id"]][message] = edited
        if tell:
            await self.gateway.dispatch("MESSAGE_UPDATE", {**self.public(edited), **self._about(edited)})

    async def rename(self, thread: str, title: str) -> None:
        """Give a forum's post another title."""
        self.channels[thread]["name"] = title
        await self.gateway.dispatch("THREAD_UPDATE", self.channels[thread])

    async def delete(self, *messages: str, tell: bool = True) -> None:
        """Delete messages of one channel, several of them at once as moderators' tools do."""
        channel = self.message(messages[0])["channel_id"]
        for message in messages:
            del self.messages[channel][message]
        about: Json = {"channel_id": channel, "guild_id": self.guild_id}
        if not tell:
            return
        if len(messages) > 1:
            await self.gateway.dispatch("MESSAGE_DELETE_BULK", {"ids": list(messages), **about})
        else:
            await self.gateway.dispatch("MESSAGE_DELETE", {"id": messages[0], **about})

    async def delete_thread(self, thread: str) -> None:
        """Delete a thread with all that was said in it; a forum's post goes like this."""
        gone = self.channels.pop(thread)
        del self.messages[thread]
        about = {key: gone[key] for key in ("id", "guild_id", "parent_id", "type")}
        await self.gateway.dispatch("THREAD_DELETE", about)

    async def lock(self, thread: str) -> None:
        """Close a thread as a moderator, so that only moderators can go on in it."""
        self.channels[thread]["thread_metadata"] |= {"archived": True, "locked": True}
        await self.gateway.dispatch("THREAD_UPDATE", self.channels[thread])

    async def require_tag(self, forum: str, *, moderated: bool) -> str:
        """Let a forum (by name) require a tag, and add one, perhaps for moderators only."""
        place = self.channels[self.channel(forum)]
        tag = {"id": self.new_id(), "name": f"tag {len(place['available_tags'])}", "moderated": moderated}
        place["available_tags"].append({**tag, "emoji_id": None, "emoji_name": None})
        place["flags"] |= shapes.REQUIRE_TAG
        await self.gateway.dispatch("CHANNEL_UPDATE", place)
        return str(tag["id"])

    async def allow(self, channel: str) -> None:
        """Give the bot back what it was forbidden in a channel (by name)."""
        place = self.channels[self.channel(channel)]
        place["permission_overwrites"] = []
        await self.gateway.dispatch("CHANNEL_UPDATE", place)

    async def archive(self, thread: str) -> None:
        """Let a thread go to sleep, as it does by itself when nobody has written for days."""
        asleep = self.channels[thread]
        asleep["thread_metadata"]["archived"] = True
        await self.gateway.dispatch("THREAD_UPDATE", asleep)

    def age(self, message: str, **by: float) -> None:
        """Let a message have been posted earlier (as `timedelta` says)."""
        self.message(message)["timestamp"] = (datetime.now(UTC) - timedelta(**by)).isoformat()

    # Reactions

    async def react(self, message: str, emoji: str, user: str, *, tell: bool = True) -> None:
        self.reactions.setdefault((message, emoji), []).append(user)
        about = {"member": self.members[user], "message_author_id": self.message(message)["author"]["id"]}
        if tell:
            await self.gateway.dispatch("MESSAGE_REACTION_ADD", {**self._reaction(message, emoji, user), **about})

    async def unreact(self, message: str, emoji: str, user: str, *, tell: bool = True) -> None:
        self.reactions[message, emoji].remove(user)
        if tell:
            await self.gateway.dispatch("MESSAGE_REACTION_REMOVE", self._reaction(message, emoji, user))

    async def clear_reactions(self, message: str, emoji: str | None = None) -> None:
        """Take all reactions to a message away, or all of one kind, as moderators may."""
        for about, given in list(self.reactions):
            if about == message and emoji in {None, given}:
                del self.reactions[about, given]
        event = {"message_id": message, "channel_id": self.message(message)["channel_id"], "guild_id": self.guild_id}
        if emoji is None:
            await self.gateway.dispatch("MESSAGE_REACTION_REMOVE_ALL", event)
        else:
            event["emoji"] = {"id": None, "name": emoji}
            await self.gateway.dispatch("MESSAGE_REACTION_REMOVE_EMOJI", event)

    def has_reaction(self, message: str, emoji: str) -> bool:
        """Tell whether the bot has reacted."""
        return BOT_ID in self.reactions.get((message, emoji), [])

    def _reaction(self, message: str, emoji: str, user: str) -> Json:
        return {
            "user_id": user, "channel_id": self.message(message)["channel_id"], "message_id": message,
            "guild_id": self.guild_id, "emoji": {"id": None, "name": emoji}, "burst": False, "type": 0,
        }  # fmt: skip

    def _about(self, message: Json) -> Json:
        """Return what only the gateway says of a message."""
        about: Json = {"guild_id": self.guild_id}
        if message.get("webhook_id"):
            return about
        member = self.members[message["author"]["id"]]
        return {**about, "member": {key: value for key, value in member.items() if key != "user"}}
