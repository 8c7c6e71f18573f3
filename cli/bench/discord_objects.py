"""Discord's JSON objects, with the fields that discord.py requires."""

from datetime import UTC, datetime
from typing import Any, Final

Json = dict[str, Any]

BOT, GUILD = "1", "2"
_TEXT, _PUBLIC_THREAD = 0, 11
_ADMINISTRATOR: Final = 1 << 3
_LONG_AGO: Final = "2024-01-01T00:00:00+00:00"
"""The bot isn't new, so it greets nobody."""


def now() -> str:
    return datetime.now(UTC).isoformat()


def member(user: str, name: str, *, bot: bool) -> Json:
    about = {"id": user, "username": name.casefold(), "global_name": name, "discriminator": "0", "avatar": None}
    return {
        "user": {**about, "bot": bot, "public_flags": 0}, "roles": [], "nick": None, "avatar": None,
        "joined_at": _LONG_AGO, "deaf": False, "mute": False, "flags": 0, "pending": False,
    }  # fmt: skip


def everyone() -> Json:
    """Return the role of all members, with all permissions."""
    return {
        "id": GUILD, "name": "@everyone", "permissions": str(_ADMINISTRATOR), "color": 0, "position": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False,
        "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None, "flags": 0,
    }  # fmt: skip


def channel(number: str, name: str, position: int) -> Json:
    return {
        "id": number, "guild_id": GUILD, "type": _TEXT, "name": name, "position": position,
        "permission_overwrites": [], "nsfw": False, "topic": None, "parent_id": None, "last_message_id": None,
        "rate_limit_per_user": 0,
    }  # fmt: skip


def thread(number: str, parent: str, name: str) -> Json:
    archive = {"archived": False, "auto_archive_duration": 10080, "locked": False, "archive_timestamp": now()}
    return {
        "id": number, "parent_id": parent, "guild_id": GUILD, "owner_id": BOT, "name": name, "type": _PUBLIC_THREAD,
        "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "last_message_id": None,
        "thread_metadata": archive, "flags": 0, "applied_tags": [],
    }  # fmt: skip


def message(number: str, channel: str, author: Json, content: Json) -> Json:
    return {
        "id": number, "channel_id": channel, "author": author, "content": "", "timestamp": now(),
        "edited_timestamp": None, "tts": False, "pinned": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "components": [], "type": 0, "flags": 0, **content,
    }  # fmt: skip


def guild(**parts: object) -> Json:
    return {
        "id": GUILD, "name": "Benchmark", "owner_id": "3", "unavailable": False, "emojis": [], "stickers": [],
        "features": [], "voice_states": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "icon": None, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0, "system_channel_flags": 0,
        "preferred_locale": "en-US", "large": False, "joined_at": now(), "afk_timeout": 300, "member_count": 2,
        "premium_progress_bar_enabled": False, **parts,
    }  # fmt: skip
