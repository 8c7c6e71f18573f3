"""The double's memory: one guild, its channels, people, messages and files, and what the bot may do in it."""

import time
from dataclasses import dataclass, field

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_gateway import Gateway
from tests.doubles.discord_interaction import Interaction
from tests.doubles.discord_limits import Limits
from tests.doubles.discord_shapes import BOT_ID, Json

# developers/reference, "Signed Attachment CDN URLs": `ex` says when; how long is not documented (read 2026-11-26).
_LINKS_LAST = 24 * 3600
"""Seconds after which a link to a file leads nowhere: Discord's is about a day."""


@dataclass
class Guild:
    """One guild with the channels #found, #lost and #general."""

    shards: int = 1
    host: str = "127.0.0.1"
    """Where it listens; containers reach another address of this machine."""
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, dict[str, Json]] = field(default_factory=dict)
    private: dict[str, Json] = field(default_factory=dict)
    """Ephemeral messages."""
    members: dict[str, Json] = field(default_factory=dict)
    roles: dict[str, Json] = field(default_factory=dict)
    thread_members: dict[str, set[str]] = field(default_factory=dict)
    reactions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    super_reactions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Who has reacted, by message and emoji."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Attachments by path."""
    nonces: dict[str, Json] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    max_threads: int = 1000
    """Active threads that the guild takes (docs.discord.com, Threads: 160006; read in November 2026)."""
    max_channels: int = 500
    """Channels that the guild takes (docs.discord.com, Opcodes and Status Codes, 30013; read in November 2026)."""
    answer_within: float = 3.0
    """Seconds for the first answer to an interaction, then 10062 (docs.discord.com, Receiving and Responding to
    Interactions; read in November 2026). Tests about something else allow more, because the machine may be busy."""
    invitations: list[Json] = field(default_factory=list)
    """The audit log's entries about bots that were added, the newest first."""
    forbidden_words: set[str] = field(default_factory=set)
    """Words that no thread's name may have, as in servers that Discord lists: 50035 with the errors of `name`."""
    takes_no_messages: set[str] = field(default_factory=set)
    """Members who take no direct messages from the bot (50007)."""
    wants_second_factor: bool = False
    """Whether moderating takes a second factor, which the bot's owner lacks."""
    has_bot: bool = True
    """Whether the bot is in it: only then Ready names the guild (docs.discord.com, Gateway Events)."""
    has_outage: bool = False
    """Whether a new session hears only that the guild is unavailable (docs.discord.com, Gateway Events)."""
    preferred_locale: str = "en-US"
    """A Community server's language, for others en-US (docs.discord.com, Guild object; read in November 2026)."""
    links_age: float = 0
    """Seconds that have passed for links to files."""
    interactions: dict[str, Interaction] = field(default_factory=dict)
    """Commands, presses and modals, by token."""
    locales: dict[str, str] = field(default_factory=dict)
    """The language of each member's client, where it isn't English."""

    def __post_init__(self) -> None:
        self._last_id = 0
        self.port = 0
        self.guild_id = self.new_id()
        self.gateway = Gateway(self, self.shards)
        self.roles[self.guild_id] = shapes.role(self.guild_id, "@everyone", shapes.EVERYONE_MAY)
        self.moderator_role = self.add_role("moderators", shapes.MANAGE_MESSAGES)
        self.bot_role = self.add_role("Reunite", shapes.BOT_MAY)
        self.owner_id = self.add_member(self.new_id(), "Olga")
        self.add_member(BOT_ID, "Reunite", bot=True, roles=[self.bot_role])
        for name in ("found", "lost", "general"):
            self.add_channel(name)

    # Where and who it is

    bot_id = BOT_ID

    @property
    def api_base(self) -> str:
        return f"http://{self.host}:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.host}:{self.port}/gateway"

    @property
    def file_host(self) -> str:
        """What a worker has to be allowed to fetch photos from."""
        return f"{self.host}:{self.port}"

    def new_id(self) -> str:
        """Return a snowflake: the time, and later than every other."""
        self._last_id = max(self._last_id + 1, shapes.snowflake(time.time()))
        return str(self._last_id)

    def channel(self, name: str) -> str:
        """Return a channel's id."""
        named = (channel for channel in self.channels.values() if channel["name"] == name)
        return str(next(channel["id"] for channel in named if channel["type"] not in shapes.THREADS))

    def message(self, message: str) -> Json:
        if message in self.private:
            return self.private[message]
        return next(channel[message] for channel in self.messages.values() if message in channel)

    def may(self, user: str, channel: str) -> int:
        """Return the permissions of a member in a channel, by Discord's order of overwrites."""
        place = self.channels[channel]
        if place["type"] == shapes.DM:
            return shapes.BOT_MAY
        place = self.channels[place["parent_id"]] if place["type"] in shapes.THREADS else place
        roles = [self.guild_id, *self.members[user]["roles"]]
        rights = self.may_anywhere(user)
        is_added = user in self.thread_members.get(channel, ())
        overwrites = {overwrite["id"]: overwrite for overwrite in place["permission_overwrites"]}
        for ids in ([self.guild_id], roles[1:], [user]):
            known = [overwrites[identifier] for identifier in ids if identifier in overwrites]
            for overwrite in known:
                rights &= ~int(overwrite["deny"])
            for overwrite in known:
                rights |= int(overwrite["allow"])
        # docs.discord.com, Threads: private ones are for those who were added, and who manages threads (2026-11-30).
        is_shut_out = self.channels[channel]["type"] == shapes.PRIVATE_THREAD and not is_added
        return 0 if is_shut_out and not rights & shapes.MANAGE_THREADS else rights

    def may_anywhere(self, user: str) -> int:
        """Return the permissions that a member's roles give in the guild."""
        rights = 0
        for role in (self.guild_id, *self.members[user]["roles"]):
            rights |= int(self.roles[role]["permissions"])
        return rights

    # Roles, members, channels and messages

    def add_role(self, name: str, permissions: int) -> str:
        number = self.new_id()
        self.roles[number] = shapes.role(number, name, permissions)
        return number

    def add_member(self, user: str, name: str, *, bot: bool = False, roles: list[str] | None = None) -> str:
        self.members[user] = shapes.member(user, name, bot=bot, roles=roles or [])
        return user

    def add_channel(self, name: str, kind: int = shapes.TEXT, *, forbidden: int = 0) -> Json:
        """Add a channel, perhaps one where the bot lacks permissions from the beginning."""
        number = self.new_id()
        self.channels[number] = shapes.channel(number, self.guild_id, name, len(self.channels), kind)
        if forbidden:
            denied = {"id": BOT_ID, "type": 1, "allow": "0", "deny": str(forbidden)}
            self.channels[number]["permission_overwrites"] = [denied]
        self.messages[number] = {}
        return self.channels[number]

    def add_message(self, channel: str, author: str, content: Json, number: str | None = None) -> Json:
        user = self.members[author]["user"]
        message = shapes.message(number or self.new_id(), channel, user, content)
        self.messages[channel][message["id"]] = message
        self.channels[channel]["last_message_id"] = message["id"]
        return message

    def add_thread(
        self, parent: str, number: str, name: str, kind: int = shapes.PUBLIC_THREAD, by: str = BOT_ID
    ) -> Json:
        """Add a thread; one that is opened at a message has the message's id."""
        thread = shapes.thread(number, self.channels[parent], by, name, kind)
        self.channels[number] = thread
        self.messages[number] = {}
        self.thread_members[number] = {by}
        if number in self.messages[parent]:
            self.messages[parent][number]["thread"] = thread
        return thread

    def direct(self, user: str) -> Json:
        """Return the channel of direct messages to a member."""
        known = (channel for channel in self.channels.values() if channel["type"] == shapes.DM)
        for channel in known:
            if channel["recipients"][0]["id"] == user:
                return channel
        number = self.new_id()
        about = {"id": number, "type": shapes.DM, "name": None, "last_message_id": None, "flags": 0}
        self.channels[number] = {**about, "recipients": [self.members[user]["user"]]}
        self.messages[number] = {}
        return self.channels[number]

    def attach(self, channel: str, name: str, data: bytes, content_type: str | None) -> Json:
        number = self.new_id()
        path = f"/attachments/{channel}/{number}/{name}"
        self.files[path] = data
        url = f"http://{self.file_host}{path}"
        attachment = {"id": number, "filename": name, "size": len(data), "url": url, "proxy_url": url}
        return attachment if content_type is None else {**attachment, "content_type": content_type}

    def guild(self) -> Json:
        """Return the guild as a new connection gets it: without archived threads."""
        places = [channel for channel in self.channels.values() if channel["type"] != shapes.DM]
        threads = [place for place in places if place["type"] in shapes.THREADS]
        threads = [thread for thread in threads if self.may(BOT_ID, thread["id"]) & shapes.VIEW_CHANNEL]
        return shapes.guild(
            self.guild_id,
            "The library",
            self.owner_id,
            roles=list(self.roles.values()),
            members=[self.members[BOT_ID]],
            member_count=len(self.members),
            preferred_locale=self.preferred_locale,
            channels=[place for place in places if place["type"] not in shapes.THREADS],
            threads=[thread for thread in threads if not thread["thread_metadata"]["archived"]],
        )

    # What the bot gets to see

    async def tell_of(self, message: Json) -> None:
        """Send a message's event (again)."""
        await self.gateway.dispatch("MESSAGE_CREATE", {**self.public(message), **self._about(message)})

    def _about(self, message: Json) -> Json:
        """Return the fields of a message that only the gateway sends: of one in a guild, where and by whom it is.

        docs.discord.com, Gateway Events, "Message Create": direct messages have neither (read 2026-12-01).
        """
        if self.channels[message["channel_id"]]["type"] == shapes.DM:
            return {}
        about: Json = {"guild_id": self.guild_id}
        if message.get("webhook_id"):
            return about
        member = self.members[message["author"]["id"]]
        return {**about, "member": {key: value for key, value in member.items() if key != "user"}}

    def public(self, message: Json) -> Json:
        """Return a message as Discord gives it to the bot: links are fresh, and what it may not read is left out."""
        shown = {key: value for key, value in message.items() if key not in {"allowed_mentions", "nonce"}}
        mentioned = any(mention["id"] == BOT_ID for mention in message["mentions"])
        is_direct = self.channels[message["channel_id"]]["type"] == shapes.DM
        # developers/resources/message: without the Message Content Intent these fields are empty (read 2026-11-26).
        if not (self.gateway.reads_content or message["author"]["id"] == BOT_ID or mentioned or is_direct):
            return {**shown, "content": "", "attachments": [], "embeds": [], "components": [], "message_snapshots": []}
        return self.linked(shown)

    def linked(self, message: Json) -> Json:
        """Return a message with links that work for a day."""
        kinds = [*self.reactions.items(), *self.super_reactions.items()]
        emoji = dict.fromkeys(emoji for (about, emoji), users in kinds if about == message["id"] and users)
        counts = [self._count((message["id"], given)) for given in emoji]
        files = [self.link(attachment) for attachment in message["attachments"]]
        snapshots = [
            {
                "message": {
                    **snapshot["message"],
                    "attachments": [self.link(file) for file in snapshot["message"]["attachments"]],
                }
            }
            for snapshot in message.get("message_snapshots", [])
        ]
        forwarded = {"message_snapshots": snapshots} if snapshots else {}
        return {**message, "attachments": files, **forwarded, **({"reactions": counts} if counts else {})}

    def _count(self, given: tuple[str, str]) -> Json:
        """Return how many have reacted with an emoji: docs.discord.com, Reaction Object (read in November 2026)."""
        normal, burst = self.reactions.get(given, []), self.super_reactions.get(given, [])
        return {
            "emoji": {"id": None, "name": given[1]}, "count": len(normal) + len(burst), "me": BOT_ID in normal,
            "me_burst": False, "count_details": {"burst": len(burst), "normal": len(normal)}, "burst_colors": [],
        }  # fmt: skip

    def link(self, attachment: Json) -> Json:
        until = int(self.links_age + _LINKS_LAST)
        return {**attachment, "url": f"{attachment['url']}?ex={until:x}"}

    def opens(self, path: str, until: str) -> bytes | None:
        """Return the file behind a link, as long as the link is good."""
        return self.files.get(path) if until and int(until, 16) > self.links_age else None
