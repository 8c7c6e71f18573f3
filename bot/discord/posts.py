"""What a message reports: its words, its photos, and where it is. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

import discord

from bot.discord.workspaces import member_of
from reunite.commands import NewReport, ReportFound, ReportLost
from reunite.entities import IncomingPhoto, ReplyTarget, ReportKind

REPORTS: Final[dict[ReportKind, type[NewReport]]] = {ReportKind.FOUND: ReportFound, ReportKind.LOST: ReportLost}
_POSTS: Final = {discord.MessageType.default, discord.MessageType.reply}
_UNTYPED_PHOTOS: Final = {".heic", ".heif"}  # Discord often has no content type for them


def is_post(message: discord.Message) -> bool:
    """Tell whether a person wrote a message in a guild."""
    return not (message.guild is None or message.author.bot or message.webhook_id or message.type not in _POSTS)


def target_of(message: discord.Message) -> ReplyTarget:
    """Return where a guild's message is."""
    guild = message.guild.id if message.guild else 0
    return ReplyTarget("discord", str(guild), str(message.channel.id), str(message.id))


def report_of(message: discord.Message, kind: ReportKind) -> NewReport:
    return REPORTS[kind](
        source_key=str(message.id),
        target=target_of(message),
        author=member_of(message.author),
        text=text_of(message),
        photos=photos_of(message.attachments),
        posted_at=message.created_at,
    )


def text_of(message: discord.Message) -> str:
    """Return the words of a post; a forum post's begin with its title."""
    thread = message.channel
    title = thread.name if isinstance(thread, discord.Thread) and thread.id == message.id else ""
    return f"{title}\n{message.clean_content}".strip()


def photos_of(attachments: Iterable[discord.Attachment]) -> tuple[IncomingPhoto, ...]:
    """Return the photos among a message's files."""
    return photo_files(attachment.to_dict() for attachment in attachments)[0]


def photo_files(files: Iterable[Mapping[str, Any]]) -> tuple[tuple[IncomingPhoto, ...], tuple[str, ...]]:
    """Return the photos among files in Discord's JSON, and the names of the other files.

    Phones give every photo the same name, so a repeated name is numbered: it has to identify one photo.
    """
    photos: list[IncomingPhoto] = []
    others: list[str] = []
    names = Counter[str]()
    for file in files:
        name = file["filename"]
        if _is_photo(file):
            names[name] += 1
            photos.append(IncomingPhoto(_numbered(name, names[name]), url=file["url"]))
        else:
            others.append(name)
    return tuple(photos), tuple(others)


def _numbered(name: str, number: int) -> str:
    path = PurePath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def _is_photo(file: Mapping[str, Any]) -> bool:
    kind = file.get("content_type") or ""
    return kind.startswith("image/") or PurePath(file["filename"]).suffix.casefold() in _UNTYPED_PHOTOS
