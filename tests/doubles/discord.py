"""A Discord of our own on 127.0.0.1: enough of the HTTP API and the gateway for the unmodified client library.

A test tells a story with it: who is there, what they post, what they react; and looks at what the bot has made of it.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.doubles.discord_gateway import Gateway

Json = dict[str, Any]
T = TypeVar("T")

TOKEN = "token-of-the-double"
BOT_ID = "900000000000000001"
APPLICATION_ID = BOT_ID
EVERYONE_MAY = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 16) | (1 << 35) | (1 << 6) | (1 << 38)
MANAGE_MESSAGES = 1 << 13
_EPOCH_MS = 1420070400000
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_MENTION = re.compile(r"<@!?(\d+)>")


@dataclass
class Refusal:
    """How the next request to a path is to fail; `after` lets it take effect before its answer is lost."""

    path: re.Pattern[str]
    status: int
    body: Json
    after: bool = False


@dataclass
class Interaction:
    """A slash command in use or a button pressed, and what the bot has answered so far."""

    id: str
    token: str
    since: float
    deferred: bool = False
    ephemeral: bool = False
    answer: str | None = None
    message: str | None = None
    """Below which the button is."""


@dataclass
class DiscordDouble:
    """One guild with the channels #found, #lost and #general; `async with DiscordDouble() as discord:` runs it."""

    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, dict[str, Json]] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    roles: dict[str, Json] = field(default_factory=dict)
    reactions: set[tuple[str, str, str]] = field(default_factory=set)
    """Message, emoji and user."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Attachments by path."""
    nonces: dict[str, Json] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    closed_to_bot: set[str] = field(default_factory=set)
    """Channels in which the bot may not write."""

    def __post_init__(self) -> None:
        self._last_id = 0
        self.guild_id = self.new_id()
        self.gateway = Gateway(self)
        self.roles[self.guild_id] = self._role(self.guild_id, "@everyone", EVERYONE_MAY)
        self.moderator_role = self.new_id()
        self.roles[self.moderator_role] = self._role(self.moderator_role, "moderators", MANAGE_MESSAGES)
        self.owner_id = self._add_member(self.new_id(), "Olga")
        self._add_member(BOT_ID, "Reunite", bot=True)
        for name in ("found", "lost", "general"):
            self._add_channel(name)

    async def __aenter__(self) -> Self:
        from tests.doubles.discord_rest import routes  # noqa: PLC0415 - it needs this module's types

        app = web.Application()
        app.add_routes(routes(self))
        app.router.add_get("/gateway", self.gateway.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # Where and who it is

    bot_id = BOT_ID

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def file_host(self) -> str:
        """What a worker has to be allowed to fetch photos from."""
        return f"127.0.0.1:{self.port}"

    # What people do

    def join(self, name: str, *, moderator: bool = False, bot: bool = False) -> str:
        """Let a person (or another bot) join the guild, and return their id."""
        return self._add_member(self.new_id(), name, bot=bot, roles=[self.moderator_role] if moderator else [])

    def channel(self, name: str) -> str:
        """Return a channel's id."""
        return str(next(each["id"] for each in self.channels.values() if each["name"] == name and each["type"] == 0))

    async def create_channel(self, name: str) -> str:
        channel = self._add_channel(name)
        await self.gateway.dispatch("CHANNEL_CREATE", channel)
        return str(channel["id"])

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

    async def tell_of(self, message: Json) -> None:
        """Send a message's event (again)."""
        member = {key: value for key, value in self.members[message["author"]["id"]].items() if key != "user"}
        about = (
            {"guild_id": self.guild_id} if message.get("webhook_id") else {"guild_id": self.guild_id, "member": member}
        )
        await self.gateway.dispatch("MESSAGE_CREATE", {**message, **about})

    async def delete(self, message: str) -> None:
        channel = self.find(message)["channel_id"]
        del self.messages[channel][message]
        about = {"id": message, "channel_id": channel, "guild_id": self.guild_id}
        await self.gateway.dispatch("MESSAGE_DELETE", about)

    async def react(self, message: str, emoji: str, user: str) -> None:
        self.reactions.add((message, emoji, user))
        about = {"member": self.members[user], "message_author_id": self.find(message)["author"]["id"]}
        await self.gateway.dispatch("MESSAGE_REACTION_ADD", {**self._reaction(message, emoji, user), **about})

    async def unreact(self, message: str, emoji: str, user: str) -> None:
        self.reactions.remove((message, emoji, user))
        await self.gateway.dispatch("MESSAGE_REACTION_REMOVE", self._reaction(message, emoji, user))

    async def slash(
        self, name: str, user: str, channel: str, photo: tuple[str, bytes] | None = None, **options: str
    ) -> Interaction:
        """Use a command that the bot has registered, in a channel (by name)."""
        command = next(each for each in self.commands if each["name"] == name)
        types = {each["name"]: each["type"] for each in command["options"]}
        given = [{"name": key, "type": types[key], "value": value} for key, value in options.items()]
        where = self.channel(channel)
        resolved: Json = {}
        if photo:
            attachment = self.attach(where, *photo, "image/jpeg")
            given.append({"name": "photo", "type": types["photo"], "value": attachment["id"]})
            resolved = {"attachments": {attachment["id"]: attachment}}
        used = Interaction(self.new_id(), f"interaction-{self.new_id()}", time.monotonic())
        self.interactions[used.token] = used
        await self.gateway.dispatch("INTERACTION_CREATE", {
            "id": used.id, "token": used.token, "type": 2, "version": 1, "application_id": APPLICATION_ID,
            "guild_id": self.guild_id, "channel_id": where, "channel": self.channels[where],
            "member": {**self.members[user], "permissions": str(EVERYONE_MAY)}, "app_permissions": str(EVERYONE_MAY),
            "locale": "en-GB", "attachment_size_limit": 10_000_000, "entitlements": [], "context": 0,
            "data": {"id": command["id"], "name": name, "type": 1, "options": given, "resolved": resolved},
        })  # fmt: skip
        return used

    async def press(self, message: str, words: str, user: str) -> Interaction:
        """Press the button with these words below a message."""
        pressed = self.find(message)
        rows = pressed["components"]
        [button] = [each for row in rows for each in row["components"] if each["label"] == words]
        used = Interaction(self.new_id(), f"interaction-{self.new_id()}", time.monotonic(), message=message)
        self.interactions[used.token] = used
        where = pressed["channel_id"]
        await self.gateway.dispatch("INTERACTION_CREATE", {
            "id": used.id, "token": used.token, "type": 3, "version": 1, "application_id": APPLICATION_ID,
            "guild_id": self.guild_id, "channel_id": where, "channel": self.channels[where],
            "member": {**self.members[user], "permissions": str(EVERYONE_MAY)}, "app_permissions": str(EVERYONE_MAY),
            "locale": "en-GB", "attachment_size_limit": 10_000_000, "entitlements": [], "context": 0,
            "message": {key: value for key, value in pressed.items() if key != "allowed_mentions"},
            "data": {"custom_id": button["custom_id"], "component_type": 2},
        })  # fmt: skip
        return used

    # What has come of it

    async def until(self, look: Callable[[], T | None], within: float = 10) -> T:
        """Wait until `look` returns something, and return that."""
        async with asyncio.timeout(within):
            while not (found := look()):  # noqa: ASYNC110 - a test may look at anything
                await asyncio.sleep(0.02)
        return found

    async def reply(self, channel: str, *words: str, within: float = 10) -> Json:
        """Wait for a message of the bot that has all these words, in a channel or thread (by id)."""

        def look() -> Json | None:
            return next(
                (each for each in self.replies(channel) if all(word in self.text(each) for word in words)), None
            )

        try:
            return await self.until(look, within)
        except TimeoutError as error:
            there = "\n---\n".join(self.text(each) for each in self.replies(channel))
            raise AssertionError(f"{words} were not said, but:\n{there}") from error

    async def answer(self, used: Interaction, within: float = 10) -> str:
        """Wait for what the bot answers to a command."""
        return await self.until(lambda: used.answer, within)

    def replies(self, channel: str) -> list[Json]:
        """Return the bot's messages in a channel or thread (by id), in order."""
        return [each for each in self.messages.get(channel, {}).values() if each["author"]["id"] == BOT_ID]

    def text(self, message: Json) -> str:
        """Return everything that is to be read in a message; a backslash hides a sign's meaning, and is not shown."""
        parts = [message["content"]]
        for embed in message["embeds"]:
            parts += [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        return _ESCAPED.sub(r"\1", "\n".join(part for part in parts if part))

    def pinged(self, message: Json) -> set[str]:
        """Return who hears of a message: people's ids, and "everyone"; embeds ping nobody."""
        allowed = message["allowed_mentions"]
        named = set(_MENTION.findall(message["content"]))
        heard = named if "users" in allowed["parse"] else named & {str(user) for user in allowed.get("users", [])}
        everyone = "everyone" in allowed["parse"] and re.search("@(everyone|here)", message["content"])
        return heard | ({"everyone"} if everyone else set())

    def has_reaction(self, message: str, emoji: str) -> bool:
        """Tell whether the bot has reacted."""
        return (message, emoji, BOT_ID) in self.reactions

    def find(self, message: str) -> Json:
        return next(channel[message] for channel in self.messages.values() if message in channel)

    # How it fails

    def refuse(self, path: str, status: int, *, after: bool = False, **body: object) -> None:
        """Let the next request whose method and path match fail; with `after`, once it has taken effect."""
        self.refusals.append(Refusal(re.compile(path), status, body, after))

    # What it is made of

    def new_id(self) -> str:
        """Return a snowflake: the time, and later than every other."""
        self._last_id = max(self._last_id + 1, (int(time.time() * 1000) - _EPOCH_MS) << 22)
        return str(self._last_id)

    def add_message(self, channel: str, author: str, content: Json) -> Json:
        message = {
            "id": self.new_id(), "channel_id": channel, "author": self.members[author]["user"], "content": "",
            "timestamp": datetime.now(UTC).isoformat(), "edited_timestamp": None, "tts": False, "pinned": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "type": 0, "flags": 0, **content,
        }  # fmt: skip
        self.messages.setdefault(channel, {})[message["id"]] = message
        return message

    def add_thread(self, channel: str, message: str, name: str) -> Json:
        archive = {"archived": False, "auto_archive_duration": 10080, "locked": False}
        thread = {
            "id": message, "parent_id": channel, "guild_id": self.guild_id, "owner_id": BOT_ID, "name": name,
            "type": 11, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "last_message_id": None,
            "thread_metadata": {**archive, "archive_timestamp": datetime.now(UTC).isoformat()},
        }  # fmt: skip
        self.channels[message] = thread
        self.messages[message] = {}
        self.messages[channel][message]["thread"] = thread
        return thread

    def attach(self, channel: str, name: str, data: bytes, content_type: str | None) -> Json:
        number = self.new_id()
        path = f"/attachments/{channel}/{number}/{name}"
        self.files[path] = data
        url = f"http://{self.file_host}{path}"
        attachment = {"id": number, "filename": name, "size": len(data), "url": url, "proxy_url": url}
        return attachment if content_type is None else {**attachment, "content_type": content_type}

    def guild(self) -> Json:
        threads = [each for each in self.channels.values() if each["type"] == 11]
        return {
            "id": self.guild_id, "name": "The library", "owner_id": self.owner_id, "unavailable": False,
            "roles": list(self.roles.values()), "members": [self.members[BOT_ID]], "member_count": len(self.members),
            "channels": [each for each in self.channels.values() if each["type"] == 0], "threads": threads,
            "emojis": [], "stickers": [], "features": [], "voice_states": [], "presences": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [], "icon": None, "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0,
            "premium_tier": 0, "system_channel_flags": 0, "preferred_locale": "en-US", "large": False,
            "joined_at": datetime.now(UTC).isoformat(), "afk_timeout": 300, "premium_progress_bar_enabled": False,
        }  # fmt: skip

    def _reaction(self, message: str, emoji: str, user: str) -> Json:
        return {
            "user_id": user, "channel_id": self.find(message)["channel_id"], "message_id": message,
            "guild_id": self.guild_id, "emoji": {"id": None, "name": emoji}, "burst": False, "type": 0,
        }  # fmt: skip

    def _add_channel(self, name: str) -> Json:
        number = self.new_id()
        self.channels[number] = {
            "id": number, "guild_id": self.guild_id, "type": 0, "name": name, "position": len(self.channels),
            "permission_overwrites": [], "nsfw": False, "topic": None, "parent_id": None, "last_message_id": None,
            "rate_limit_per_user": 0,
        }  # fmt: skip
        self.messages[number] = {}
        return self.channels[number]

    def _add_member(self, user: str, name: str, *, bot: bool = False, roles: list[str] | None = None) -> str:
        who = {"id": user, "username": name.casefold(), "global_name": name, "discriminator": "0", "avatar": None}
        self.members[user] = {
            "user": {**who, "bot": bot, "public_flags": 0}, "roles": roles or [], "nick": None, "avatar": None,
            "joined_at": datetime.now(UTC).isoformat(), "deaf": False, "mute": False, "flags": 0, "pending": False,
        }  # fmt: skip
        return user

    @staticmethod
    def _role(number: str, name: str, permissions: int) -> Json:
        return {
            "id": number, "name": name, "permissions": str(permissions), "color": 0, "position": 0, "hoist": False,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None, "flags": 0,
        }  # fmt: skip
