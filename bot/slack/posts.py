"""Files of posts and of modals, as photos to be fetched."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.slack.errors import code_of
from bot.slack.workspace import SlackWorkspace
from reunite.entities import IncomingPhoto
from reunite.errors import TellUserError

_GONE: Final = {"file_not_found", "file_deleted"}


async def photo_of(workspace: SlackWorkspace, file: Mapping[str, Any]) -> IncomingPhoto | None:
    """Return a file as a photo, or None where it is none, or gone.

    Of a file from another organisation (Slack Connect) an event tells no more than its id.
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


async def photos_of(workspace: SlackWorkspace, files: Iterable[Mapping[str, Any]]) -> tuple[IncomingPhoto, ...]:
    """Return those files that are photos."""
    return tuple([photo for file in files if (photo := await photo_of(workspace, file))])


async def photos_filled_in(workspace: SlackWorkspace, files: Iterable[Mapping[str, Any]]) -> tuple[IncomingPhoto, ...]:
    """Return the files of a modal as photos. Raises TellUserError where one is none."""
    photos = []
    for file in files:
        photo = await photo_of(workspace, file)
        if photo is None:
            raise TellUserError("photo_not_an_image", name=str(file.get("name") or ""))
        photos.append(photo)
    return tuple(photos)
