"""What a message reports: who wrote it, where it is, and its photos."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.slack.errors import code_of
from bot.slack.workspace import SlackWorkspace
from reunite.commands import NewReport, ReportFound, ReportLost
from reunite.entities import IncomingPhoto, ReportKind
from reunite.errors import TellUserError

Body = Mapping[str, Any]
REPORTS: Final[dict[ReportKind, type[NewReport]]] = {ReportKind.FOUND: ReportFound, ReportKind.LOST: ReportLost}
_GONE: Final = {"file_not_found", "file_deleted"}


def is_post(workspace: SlackWorkspace, message: Body) -> bool:
    """Tell whether a person wrote a message, and not a bot or an app."""
    return "bot_id" not in message and message.get("user") not in {None, workspace.bot_user, "USLACKBOT"}


def key_of(channel: str, ts: str) -> str:
    """Return the idempotency key of a post: a ts is unique within its channel only."""
    return f"{channel}:{ts}"


def moment_of(ts: str) -> datetime:
    """Return when a message was posted: its ts counts seconds."""
    return datetime.fromtimestamp(float(ts), UTC)


async def message_at(workspace: SlackWorkspace, channel: str, ts: str) -> Body | None:
    """Return the current version of a message; None where it is gone."""
    page = await workspace.client.conversations_history(channel=channel, oldest=ts, latest=ts, inclusive=True, limit=1)
    return next((message for message in page["messages"] if message["ts"] == ts), None)


async def photo_of(workspace: SlackWorkspace, file: Body) -> IncomingPhoto | None:
    """Return a file as a photo; None where it is something else, or gone.

    For a file from another organisation (Slack Connect), an event contains no more than its id.
    """
    if file.get("file_access") == "check_file_info":
        try:
            file = (await workspace.client.files_info(file=file["id"]))["file"]
        except SlackApiError as error:
            if code_of(error) not in _GONE:
                raise
            return None
    url = file.get("url_private_download") or file.get("url_private")
    if not url or not str(file.get("mimetype", "")).startswith("image/"):
        return None
    return IncomingPhoto(str(file.get("name") or file["id"]), str(url))


async def photos_of(workspace: SlackWorkspace, files: Iterable[Body]) -> tuple[IncomingPhoto, ...]:
    """Return the photos among a message's files."""
    return tuple([photo for file in files if (photo := await photo_of(workspace, file))])


async def form_photos(workspace: SlackWorkspace, files: Iterable[Body]) -> tuple[IncomingPhoto, ...]:
    """Return the files of a modal as photos. Raises TellUserError where one is something else."""
    photos = []
    for file in files:
        photo = await photo_of(workspace, file)
        if photo is None:
            raise TellUserError("photo_not_an_image", name=str(file.get("name") or ""))
        photos.append(photo)
    return tuple(photos)
