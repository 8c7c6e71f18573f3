"""Discord's JSON objects, with the fields that discord.py requires."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

Json = dict[str, Any]

# developers/resources/channel, "Channel Types" (read 2026-11-26).
TEXT, PUBLIC_THREAD = 0, 11
_LONG_AGO: Final = "2024-01-01T00:00:00+00:00"
"""The bot isn't new, so it greets nobody."""


def now() -> str:
    return datetime.now(UTC).isoformat()


def member(user: str, name: str, *, bot: bool, roles: Sequence[str] = ()) -> Json:
    about = {"id": user, "username": name.casefold(), "global_name": name, "discriminator": "0", "avatar": None}
    return {
        "user": {**about, "bot": bot, "public_flags": 0}, "roles": list(roles), "nick": None, "avatar": None,
        "joined_at": _LONG_AGO, "deaf": False, "mute": False, "flags": 0, "pending": False,
    }  # fmt: skip


def role(number: str, name: str, permissions: int) -> Json:
    return {
        "id": number, "name": name, "permissions": str(permissions), "color": 0, "position": 0, "hoist": False,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None, "flags": 0,
    }  # fmt: skip


def channel(number: str, guild: str, name: str, position: int, kind: int = TEXT) -> Json:
    return {
        "id": number, "guild_id": guild, "type": kind, "name": name, "position": position,
        "permission_overwrites": [], "nsfw": False, "topic": None, "parent_id": None, "last_message_id": None,
        "rate_limit_per_user": 0,
    }  # fmt: skip


def thread(number: str, parent: Json, owner: str, name: str, kind: int = PUBLIC_THREAD) -> Json:
    archive = {"archived": False, "auto_archive_duration": 10080, "locked": False, "invitable": False}
    return {
        "id": number, "parent_id": parent["id"], "guild_id": parent["guild_id"], "owner_id": owner, "name": name,
        "type": kind, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "last_message_id": None,
        "thread_metadata": {**archive, "archive_timestamp": now()}, "flags": 0, "applied_tags": [],
    }  # fmt: skip


def message(number: str, channel: str, author: Json, content: Json) -> Json:
    return {
        "id": number, "channel_id": channel, "author": author, "content": "", "timestamp": now(),
        "edited_timestamp": None, "tts": False, "pinned": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "components": [], "type": 0, "flags": 0, **content,
    }  # fmt: skip


def guild(number: str, name: str, owner: str, **parts: object) -> Json:
    return {
        "id": number, "name": name, "owner_id": owner, "unavailable": False, "emojis": [], "stickers": [],
        "features": [], "voice_states": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "icon": None, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0, "system_channel_flags": 0,
        "large": False, "joined_at": now(), "afk_timeout": 300, "premium_progress_bar_enabled": False, **parts,
    }  # fmt: skip
