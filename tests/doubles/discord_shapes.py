"""What Discord's JSON looks like: the shapes that the double hands out, and how they are read."""

import re
from collections.abc import Iterator

from cli.bench import discord_objects

Json = discord_objects.Json
now, member, role = discord_objects.now, discord_objects.member, discord_objects.role
thread, message, guild = discord_objects.thread, discord_objects.message, discord_objects.guild

TOKEN = "token-of-the-double"
BOT_ID = "900000000000000001"
APPLICATION_ID = BOT_ID

# developers/reference, "Snowflakes" (read 2026-11-26).
_EPOCH_MS = 1_420_070_400_000
_BITS_BELOW_THE_TIME = 22

# developers/topics/permissions, "Bitwise Permission Flags" (read 2026-11-26).
VIEW_CHANNEL, READ_HISTORY = 1 << 10, 1 << 16
SEND_MESSAGES, SEND_IN_THREADS, CREATE_THREADS, CREATE_PRIVATE_THREADS = 1 << 11, 1 << 38, 1 << 35, 1 << 36
EMBED_LINKS, ATTACH_FILES, ADD_REACTIONS = 1 << 14, 1 << 15, 1 << 6
MANAGE_MESSAGES, MANAGE_GUILD, MANAGE_CHANNELS, VIEW_AUDIT_LOG = 1 << 13, 1 << 5, 1 << 4, 1 << 7
MANAGE_THREADS = 1 << 34
EVERYONE_MAY = VIEW_CHANNEL | READ_HISTORY | SEND_MESSAGES
BOT_MAY = (
    VIEW_CHANNEL | READ_HISTORY | SEND_MESSAGES | SEND_IN_THREADS | CREATE_THREADS | CREATE_PRIVATE_THREADS
    | EMBED_LINKS | ATTACH_FILES | ADD_REACTIONS
)  # fmt: skip
"""What the invitation asks for (docs/discord.md)."""

# developers/resources/audit-log, "Audit Log Events" (read 2026-11-26).
BOT_ADD = 28

# developers/resources/channel, "Channel Types" (read 2026-11-26).
DM = 1
TEXT, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = discord_objects.TEXT, discord_objects.PUBLIC_THREAD, 12, 15
MEDIA = 16
THREADS = {PUBLIC_THREAD, PRIVATE_THREAD}
REPLY, REQUIRE_TAG = 19, 1 << 4
# developers/resources/message, "Message Flags" (read 2026-11-26).
EPHEMERAL, HAS_SNAPSHOT, SUPPRESS_NOTIFICATIONS, VOICE = 1 << 6, 1 << 14, 1 << 12, 1 << 13
MAX_REACTIONS = 20
"""Different emojis below one message (docs.discord.com, Opcodes and Status Codes, 30010; read in November 2026)."""

_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_MENTION = re.compile(r"<@!?(\d+)>")


def snowflake(at: float, number: int = 0) -> int:
    """Return an id from a moment, in seconds; `number` tells those of one moment apart."""
    return ((int(at * 1000) - _EPOCH_MS) << _BITS_BELOW_THE_TIME) + number


def channel(number: str, guild: str, name: str, position: int, kind: int) -> Json:
    forum: Json = {"available_tags": [], "default_reaction_emoji": None, "flags": 0} if kind in {FORUM, MEDIA} else {}
    return discord_objects.channel(number, guild, name, position, kind) | forum


def snapshot(text: str, attachments: list[Json]) -> Json:
    """Return what a forwarded message shows of the original."""
    shown = {"type": 0, "content": text, "embeds": [], "attachments": attachments, "timestamp": now()}
    return {"message": {**shown, "edited_timestamp": None, "flags": 0, "mentions": [], "mention_roles": []}}


def text(message: Json) -> str:
    """Return everything that is to be read in a message; a backslash hides a sign's meaning, and is not shown."""
    parts = [message["content"]]
    for embed in message["embeds"]:
        parts += [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
    return _ESCAPED.sub(r"\1", "\n".join(part for part in parts if part))


def pinged(message: Json) -> set[str]:
    """Return who hears of a message: people's ids, and "everyone"; embeds ping nobody, nor do silent messages.

    A silent one triggers no push and desktop notifications (docs.discord.com, Message Flags; read in November 2026).
    """
    if message.get("flags", 0) & SUPPRESS_NOTIFICATIONS:
        return set()
    allowed = message["allowed_mentions"]
    named = set(_MENTION.findall(message["content"]))
    heard = named if "users" in allowed["parse"] else named & {str(user) for user in allowed.get("users", [])}
    everyone = "everyone" in allowed["parse"] and re.search("@(everyone|here)", message["content"])
    return heard | ({"everyone"} if everyone else set())


def buttons(message: Json) -> list[Json]:
    """Return the buttons below a message, in order."""
    return [component for row in message["components"] for component in row["components"]]


def inputs(modal: Json) -> Iterator[Json]:
    """Walk through what a modal lets people fill in."""
    for label in modal["components"]:
        yield label["component"]
