"""Reads a report's author, target, text and photos from a message."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.file_names import OTHER_PICTURES, PHOTOS, ending_of, links_to_photo
from bot.slack.block_words import words_in_blocks
from bot.slack.errors import code_of, is_no_answer, slack_errors
from bot.slack.workspace import SlackWorkspace
from reunite.commands import REPORTS, NewReport
from reunite.entities import IncomingPhoto, Member, ReportKind
from reunite.errors import PhotoGoneError, TellUserError

Body = Mapping[str, Any]
_GONE: Final = {"file_not_found", "file_deleted"}
_REFUSED: Final = {"access_denied", "not_visible", "no_permission", "channel_not_found", "team_access_not_granted"}
_HIDDEN: Final = "hidden_by_limit"
"""The mode of a file that Slack's free plan hides; it may be shown again."""
_SPOKEN: Final = "slack_audio"
"""The subtype of a file that someone has recorded in Slack, without a picture."""
_REMOTE: Final = "application/vnd.slack-remote"
_UNLABELLED: Final = {"", "application/octet-stream", _REMOTE}
_CHECKS: Final = 3
_PAUSE_SECONDS: Final = 0.5
"""Seconds between checks of a file that Slack is still processing: it has no type until then."""


@dataclass(frozen=True, slots=True)
class PostPhotos:
    """The photos of a message, and what to tell its author about files that can't be fetched."""

    photos: tuple[IncomingPhoto, ...]
    problems: tuple[TellUserError, ...]


def is_post(workspace: SlackWorkspace, message: Body) -> bool:
    """Return whether a person wrote a message, and not a bot or an app."""
    return not message.get("bot_id") and message.get("user") not in {None, workspace.bot_user, "USLACKBOT"}


def key_of(channel: str, ts: str) -> str:
    """Return the idempotency key of a post: a ts is unique within its channel only."""
    return f"{channel}:{ts}"


def moment_of(ts: str) -> datetime:
    """Return when a message was posted: its ts counts seconds."""
    return datetime.fromtimestamp(float(ts), UTC)


def ts_of(moment: datetime) -> str:
    """Return the ts of a moment."""
    return f"{moment.timestamp():.6f}"


def before(ts: str) -> str:
    """Return the ts just before: Slack leaves out the oldest message itself."""
    return f"{float(ts) - 0.000001:.6f}"


def after(ts: str) -> str:
    return f"{float(ts) + 0.000001:.6f}"


def files_of(message: Body) -> Sequence[Body]:
    """Return a message's files, those of messages forwarded with it included."""
    return [file for part in (message, *_shared(message)) for file in part.get("files") or ()]


async def words_of(workspace: SlackWorkspace, message: Body) -> str:
    """Return a message's words; those of a forwarded message if its forwarder wrote none.

    What an app writes for someone may have them in its blocks only.
    """
    forwarded = "\n".join(filter(None, (shared.get("text") for shared in _shared(message))))
    return await workspace.words(message.get("text") or forwarded or words_in_blocks(message.get("blocks") or ()))


async def report_of(  # noqa: PLR0913 - what a report is made of
    workspace: SlackWorkspace,
    channel: str,
    message: Body,
    kind: ReportKind,
    *,
    author: Member,
    photos: tuple[IncomingPhoto, ...],
) -> NewReport:
    """Return a message as a report."""
    return REPORTS[kind](
        source_key=key_of(channel, message["ts"]),
        target=workspace.target(channel, message["ts"]),
        author=author,
        text=await words_of(workspace, message),
        photos=photos,
        posted_at=moment_of(message["ts"]),
    )


async def photos_of(workspace: SlackWorkspace, message: Body) -> PostPhotos:
    """Return the photos among a message's files; several of the same name also carry their file's id."""
    photos, problems = [], []
    files = files_of(message)
    names = Counter(_name(file) for file in files)
    for number, file in enumerate(files, 1):
        try:
            photo = await photo_of(workspace, file, by_id=names[_name(file)] > 1, number=number)
        except TellUserError as problem:
            problems.append(problem)
        else:
            photos += [photo] if photo else []
    return PostPhotos(tuple(photos), tuple(problems))


def may_bring_photo(message: Body) -> bool:
    """Return whether a message has files, or its words a link to a photo."""
    return bool(files_of(message)) or (not message.get("subtype") and has_link(message))


def has_link(message: Body) -> bool:
    """Return whether a message's words have a link to a photo."""
    return links_to_photo(message.get("text") or "")


def not_a_photo(message: Body) -> TellUserError | None:
    """Return what to say about a post that seems to be a report, but brings no photo; None for any other.

    Slack gives some spoken ones a video's type.
    """
    for file in files_of(message):
        if file.get("subtype") == _SPOKEN:
            return None if message.get("text") else TellUserError("voice_message")
        if str(file.get("mimetype") or "").startswith("video/") or _endings(file) & OTHER_PICTURES:
            return TellUserError("photo_not_an_image", name=_name(file))
    return None


async def link_of(workspace: SlackWorkspace, message: Body, name: str) -> str | None:
    """Return the link to the photo that `photos_of` gave this name; None if it is gone."""
    for by_id in (True, False):
        for file in files_of(message):
            try:
                photo = await photo_of(workspace, file, by_id=by_id)
            except TellUserError:
                continue
            if photo and photo.name == name:
                return photo.url
    return None


async def form_photos(workspace: SlackWorkspace, files: Sequence[Body]) -> tuple[IncomingPhoto, ...]:
    """Return the files of a modal as photos. Raises TellUserError if one is something else."""
    photos = []
    for file in files:
        photo = await photo_of(workspace, file)
        if photo is None:
            raise TellUserError("photo_not_an_image", name=_name(file))
        photos.append(photo)
    return tuple(photos)


async def photo_of(
    workspace: SlackWorkspace, file: Body, *, by_id: bool = False, number: int = 1
) -> IncomingPhoto | None:
    """Return a file as a photo; None if it is something else. Raises TellUserError if it can't be fetched.

    `number` says which of the post's files it is: what Slack withholds has no name that people would know.
    """
    if file.get("mode") == "tombstone":
        raise PhotoGoneError(name=_known_as(file, number))
    is_known = file.get("mimetype") or file.get("is_external") or file.get("mode") == _HIDDEN
    if file.get("file_access") == "check_file_info" or not is_known:
        with slack_errors():
            file = await _looked_up(workspace, file, number)
    if file.get("mode") == _HIDDEN:
        raise TellUserError("photo_not_shared", name=_known_as(file, number))
    if not _looks_like_photo(file):
        return None
    if file.get("is_external"):
        raise TellUserError("photo_elsewhere", name=_name(file))
    if not (url := _url_of(file)):
        raise TellUserError("photo_not_shared", name=_known_as(file, number))
    return IncomingPhoto(f"{_name(file)} ({file['id']})" if by_id else _name(file), str(url))


async def _looked_up(workspace: SlackWorkspace, file: Body, number: int) -> Body:
    """Ask Slack for a file: an event has only the id of one from another organisation, and no type of a new one."""
    found: Body = file
    for check in range(_CHECKS):
        try:
            found = (await workspace.client.files_info(file=file["id"])).get("file") or file
        except SlackApiError as error:
            if code_of(error) not in _GONE | _REFUSED:
                if is_no_answer(error) and _looks_like_photo(file) and _url_of(file):
                    return file
                raise  # whether it's a photo can't be told yet
            if code_of(error) in _GONE:
                raise PhotoGoneError(name=_known_as(file, number)) from error
            raise TellUserError("photo_not_shared", name=_known_as(file, number)) from error
        if found.get("mimetype") or found.get("is_external") or check == _CHECKS - 1:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return found


def _looks_like_photo(file: Body) -> bool:
    kind = str(file.get("mimetype") or "")
    if kind not in _UNLABELLED:
        return kind.startswith("image/")
    return bool(_endings(file) & PHOTOS)


def _url_of(file: Body) -> Any:
    return file.get("url_private_download") or file.get("url_private")


def _endings(file: Body) -> set[str]:
    """Return the endings of a file's name and of its type: either may say what it is."""
    return {ending_of(_name(file)), f".{file.get('filetype') or ''}".casefold()}


def _name(file: Body) -> str:
    return str(file.get("name") or file.get("title") or file.get("id") or "")


def _known_as(file: Body, number: int) -> str:
    return str(file.get("name") or file.get("title") or number)


def _shared(message: Body) -> Sequence[Body]:
    return [attachment for attachment in message.get("attachments") or () if attachment.get("is_share")]
