"""What people post in the double's guild, and the events by which the bot hears of it."""

from collections.abc import Mapping

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_shapes import BOT_ID, Json


class People:
    """Posts, edits, deletions and reactions."""

    def __init__(self, guild: Guild) -> None:
        self._guild = guild

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
        where = self._guild.channel(channel)
        attachments = [self._guild.attach(where, name, data, content_type) for name, data in (photos or {}).items()]
        message = self._guild.add_message(where, author, {"content": text, "attachments": attachments, **extra})
        for _ in range(times):
            await self._guild.tell_of(message)
        return str(message["id"])

    async def forward(
        self, channel: str, author: str, text: str = "", photos: Mapping[str, bytes] | None = None
    ) -> str:
        """Forward a message of another server into a channel (by name).

        The message itself is empty; what it forwards is in `message_snapshots`, without an author and without what its
        mentions mean (docs.discord.com, Message Snapshot Object; read in November 2026).
        """
        where, elsewhere = (
            self._guild.channel(channel),
            {"channel_id": self._guild.new_id(), "message_id": self._guild.new_id()},
        )
        attachments = [
            self._guild.attach(elsewhere["channel_id"], *item, "image/jpeg") for item in (photos or {}).items()
        ]
        snapshot = shapes.snapshot(text, attachments)
        forwarded = {"message_reference": {"type": 1, **elsewhere}, "message_snapshots": [snapshot]}
        message = self._guild.add_message(where, author, {"flags": shapes.HAS_SNAPSHOT, **forwarded})
        await self._guild.tell_of(message)
        return str(message["id"])

    async def post_in_forum(  # noqa: PLR0913 - all of a post
        self,
        forum: str,
        author: str,
        title: str,
        text: str = "",
        photos: Mapping[str, bytes] | None = None,
        *,
        content_type: str = "image/jpeg",
        tag: str = "",
        tell_of_thread: bool = True,
    ) -> str:
        """Open a post in a forum channel (by name) and return its id: the thread's, and its first message's.

        `tag` is one of the forum's, by its id. An event may never come, such as the thread's (docs.discord.com, API
        Reference, "Consistency"; read in December 2026).
        """
        number = self._guild.new_id()
        thread = self._guild.add_thread(self._guild.channel(forum), number, title, by=author)
        thread["applied_tags"] = [tag] if tag else []
        if tell_of_thread:
            await self._guild.gateway.dispatch("THREAD_CREATE", {**thread, "newly_created": True})
        attachments = [self._guild.attach(number, name, data, content_type) for name, data in (photos or {}).items()]
        message = self._guild.add_message(number, author, {"content": text, "attachments": attachments}, number)
        await self._guild.tell_of(message)
        return number

    async def post_in_thread(
        self, thread: str, author: str, photos: Mapping[str, bytes] | None = None, text: str = ""
    ) -> None:
        """Post in a thread."""
        attachments = [self._guild.attach(thread, name, data, "image/jpeg") for name, data in (photos or {}).items()]
        message = {"content": text, "attachments": attachments}
        await self._guild.tell_of(self._guild.add_message(thread, author, message))

    async def edit(self, message: str, text: str, *, tell: bool = True, **more: object) -> None:
        """Change the words of a post, or also its files; without `tell` the bot is not told, as while it is away."""
        edited = self._guild.message(message) | {"content": text, "edited_timestamp": shapes.now(), **more}
        self._guild.messages[edited["channel_id"]][message] = edited
        if tell:
            await self._guild.gateway.dispatch(
                "MESSAGE_UPDATE", {**self._guild.public(edited), **self._guild._about(edited)}
            )

    async def tag(self, thread: str, *tags: str) -> None:
        """Give a forum's post these tags, by their ids, and no others."""
        self._guild.channels[thread] |= {"applied_tags": list(tags)}
        await self._guild.gateway.dispatch("THREAD_UPDATE", self._guild.channels[thread])

    async def rename(self, thread: str, title: str) -> None:
        """Give a forum's post another title."""
        self._guild.channels[thread]["name"] = title
        await self._guild.gateway.dispatch("THREAD_UPDATE", self._guild.channels[thread])

    async def delete(self, *messages: str, tell: bool = True) -> None:
        """Delete messages of one channel, several of them at once as moderators' tools do."""
        channel = self._guild.message(messages[0])["channel_id"]
        for message in messages:
            del self._guild.messages[channel][message]
        is_direct = self._guild.channels[channel]["type"] == shapes.DM
        about: Json = {"channel_id": channel} | ({} if is_direct else {"guild_id": self._guild.guild_id})
        if not tell:
            return
        if len(messages) > 1:
            await self._guild.gateway.dispatch("MESSAGE_DELETE_BULK", {"ids": list(messages), **about})
        else:
            await self._guild.gateway.dispatch("MESSAGE_DELETE", {"id": messages[0], **about})

    async def delete_thread(self, thread: str) -> None:
        """Delete a thread with all its messages; a forum's post is deleted like this, too."""
        gone = self._guild.channels.pop(thread)
        del self._guild.messages[thread]
        about = {key: gone[key] for key in ("id", "guild_id", "parent_id", "type")}
        await self._guild.gateway.dispatch("THREAD_DELETE", about)

    # Reactions

    async def react(self, message: str, emoji: str, user: str, *, tell: bool = True, is_super: bool = False) -> None:
        """React to a message; a super reaction is an animated one, and counted apart."""
        kind = self._guild.super_reactions if is_super else self._guild.reactions
        kind.setdefault((message, emoji), []).append(user)
        about = {"member": self._guild.members[user], "message_author_id": self._guild.message(message)["author"]["id"]}
        if tell:
            await self._guild.gateway.dispatch(
                "MESSAGE_REACTION_ADD",
                {**self._reaction(message, emoji, user), **about, "burst": is_super, "type": int(is_super)},
            )

    async def unreact(self, message: str, emoji: str, user: str, *, tell: bool = True) -> None:
        self._guild.reactions[message, emoji].remove(user)
        if tell:
            await self._guild.gateway.dispatch("MESSAGE_REACTION_REMOVE", self._reaction(message, emoji, user))

    async def clear_reactions(self, message: str, emoji: str | None = None) -> None:
        """Remove all reactions to a message, or all with one emoji, as moderators may."""
        for about, given in list(self._guild.reactions):
            if about == message and emoji in {None, given}:
                del self._guild.reactions[about, given]
        event = {
            "message_id": message,
            "channel_id": self._guild.message(message)["channel_id"],
            "guild_id": self._guild.guild_id,
        }
        if emoji is None:
            await self._guild.gateway.dispatch("MESSAGE_REACTION_REMOVE_ALL", event)
        else:
            event["emoji"] = {"id": None, "name": emoji}
            await self._guild.gateway.dispatch("MESSAGE_REACTION_REMOVE_EMOJI", event)

    def has_reaction(self, message: str, emoji: str) -> bool:
        """Return whether the bot has reacted."""
        return BOT_ID in self._guild.reactions.get((message, emoji), [])

    def _reaction(self, message: str, emoji: str, user: str) -> Json:
        return {
            "user_id": user, "channel_id": self._guild.message(message)["channel_id"], "message_id": message,
            "guild_id": self._guild.guild_id, "emoji": {"id": None, "name": emoji}, "burst": False, "type": 0,
        }  # fmt: skip

    async def write_directly(self, user: str, text: str, *, times: int = 1) -> None:
        """Write to the bot; `times` tells it more than once."""
        message = self._guild.add_message(self._guild.direct(user)["id"], user, {"content": text})
        for _ in range(times):
            await self._guild.tell_of(message)

    def direct_messages(self, user: str) -> list[Json]:
        """Return what the bot has written to a member directly."""
        return list(self._guild.messages[self._guild.direct(user)["id"]].values())
