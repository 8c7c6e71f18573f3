"""Reads a report's text, photos and target from a message. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

import discord

from bot.channels import kind_named
from bot.discord.markup import readable, without_spoilers
from bot.discord.permissions import ReportChannel
from bot.discord.workspaces import member_of
from bot.file_names import OTHER_PICTURES, PHOTOS, ending_of, links_to_photo
from reunite.commands import REPORTS, NewReport
from reunite.entities import IncomingPhoto, ReplyTarget, ReportKind
from reunite.errors import TellUserError

_POSTS: Final = {discord.MessageType.default, discord.MessageType.reply}
_UNKNOWN: Final = {"", "application/octet-stream"}
"""Types of files that say nothing: if there's no ending either, only the content can tell."""
_IS_SPOILER: Final = 1 << 3
"""The flag of a file that is marked as a spoiler; its name says so too, mostly."""
_SPOILER: Final = "SPOILER_"
"""How Discord's apps begin the name of a photo behind a spoiler; one that is marked by its flag gets that name here."""


def is_post(message: discord.Message) -> bool:
    """Return whether a person wrote a message in a guild."""
    return not (message.guild is None or message.author.bot or message.webhook_id or message.type not in _POSTS)


def target_of(message: discord.Message) -> ReplyTarget:
    """Return a guild message's target."""
    guild = message.guild.id if message.guild else 0
    return ReplyTarget("discord", str(guild), str(message.channel.id), str(message.id))


def kind_of(message: discord.Message, kind: ReportKind, *, by_tag: bool) -> ReportKind:
    """Return the kind of report of a post in a channel for one kind.

    A channel for both counts as one for found items. In a forum, a tag such as "Lost" makes it a lost report there if
    tags count. Elsewhere a tag "Found" may mean that a lost thing is back.
    """
    place = message.channel
    told = kind_tagged(place) if isinstance(place, discord.Thread) and place.id == message.id else None
    return told if told and by_tag and kind is ReportKind.FOUND else kind


def is_ours(thread: discord.Thread) -> bool:
    return thread.owner_id == thread.guild.me.id


def kind_tagged(post: discord.Thread) -> ReportKind | None:
    """Return the kind of report that a forum post's tags say; None if they say none, or both."""
    told = {named for tag in post.applied_tags if (named := kind_named(tag.name))}
    return told.pop() if len(told) == 1 else None


def tags_for(post: discord.Thread, kind: ReportKind) -> list[discord.ForumTag] | None:
    """Return the tags that a forum post needs if its report is of this kind; None if it has them."""
    if not isinstance(post.parent, discord.ForumChannel) or kind_tagged(post) is not kind.opposite:
        return None
    kept = [tag for tag in post.applied_tags if kind_named(tag.name) is None]
    return [*kept, *[tag for tag in post.parent.available_tags if kind_named(tag.name) is kind][:1]]


def report_of(message: discord.Message, kind: ReportKind, shown_in: Iterable[ReportChannel]) -> NewReport:
    """Return the report that a post is; `shown_in` are the channels where cards may quote it."""
    return REPORTS[kind](
        source_key=str(message.id),
        target=target_of(message),
        author=member_of(message.author),
        text=text_of(message, shown_in),
        photos=photos_of(message),
        posted_at=message.created_at,
        hidden=is_hidden(message.content, photos_of(message)),
    )


def text_of(message: discord.Message, shown_in: Iterable[ReportChannel] = ()) -> str:
    """Return the words of a post, with those it forwards; a forum post's begin with its title.

    What is shown elsewhere names only what readers of `shown_in` see, too.
    """
    thread = message.channel
    title = thread.name if isinstance(thread, discord.Thread) and thread.id == message.id else ""
    said = readable(message.content, message.guild, [thread, *shown_in], message.mentions)
    forwarded = (readable(snapshot.content, None) for snapshot in message.message_snapshots)  # from another server
    words = (said, *forwarded)
    return "\n".join(filter(None, [title, *map(without_spoilers, words)])).strip()


def photos_of(message: discord.Message) -> tuple[IncomingPhoto, ...]:
    """Return the photos among a message's files."""
    return photos_among([message])


def photos_among(messages: Iterable[discord.Message]) -> tuple[IncomingPhoto, ...]:
    """Return the photos of several messages, each by a name of its own."""
    return photo_files(_file_json(file) for message in messages for file in _files(message))[0]


def is_hidden(words: str, photos: Iterable[IncomingPhoto]) -> bool:
    """Return whether a member hides a part of a report behind a spoiler."""
    return without_spoilers(words) != words or any(photo.hidden for photo in photos)


def not_a_photo(message: discord.Message) -> TellUserError | None:
    """Return what to say about a post that seems to bring a photo, but brings none; None for any other post."""
    if photos_of(message):
        return None
    for file in _files(message):
        if (file.content_type or "").startswith("video/") or ending_of(file.filename) in OTHER_PICTURES:
            return TellUserError("photo_not_an_image", name=file.filename)
    return None


def only_links(message: discord.Message) -> bool:
    """Return whether a post has a link to a photo instead of a photo."""
    return not photos_of(message) and links_to_photo(text_of(message))


def check_photos(others: Sequence[str]) -> None:
    """Raise TellUserError if a member gave files that are no photos."""
    if others:
        raise TellUserError("photo_not_an_image", name=others[0])


def _files(message: discord.Message) -> list[discord.Attachment]:
    """Return a message's files, and those of the message that it forwards."""
    forwarded = (file for snapshot in message.message_snapshots for file in snapshot.attachments)
    return [*message.attachments, *forwarded]


def _file_json(file: discord.Attachment) -> Mapping[str, Any]:
    return {**file.to_dict(), "flags": file.flags.value}


def photo_files(files: Iterable[Mapping[str, Any]]) -> tuple[tuple[IncomingPhoto, ...], tuple[str, ...]]:
    """Return the photos among files in Discord's JSON, and the names of the other files.

    Phones give every photo the same name, so a repeated name is numbered: it has to identify one photo.
    """
    photos: list[IncomingPhoto] = []
    others: list[str] = []
    names = Counter[str]()
    for file in files:
        name = file["filename"]
        if file.get("flags", 0) & _IS_SPOILER and not name.startswith(_SPOILER):
            name = _SPOILER + name
        if _is_photo(file):
            names[name] += 1
            numbered = _numbered(name, names[name])
            photos.append(IncomingPhoto(numbered, url=file["url"], hidden=name.startswith(_SPOILER)))
        else:
            others.append(name)
    return tuple(photos), tuple(others)


def _numbered(name: str, number: int) -> str:
    path = PurePath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def _is_photo(file: Mapping[str, Any]) -> bool:
    """Return whether a file is a photo, whatever Discord says: it often gives no content type, or a general one."""
    kind, ending = file.get("content_type") or "", ending_of(file["filename"])
    return kind.startswith("image/") or ending in PHOTOS or (not ending and kind in _UNKNOWN)
