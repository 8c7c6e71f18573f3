"""Uploads the pictures of replies, each once, even if the reply has to be sent again; and deletes them with it."""

import asyncio
from hashlib import sha256
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.latest import Latest
from bot.slack.errors import FAILURES, code_of, is_no_answer, is_refusal, seconds_put_off
from bot.slack.workspace import SlackWorkspace
from db.slack_pictures import SlackPictures
from reunite.ports import Outgoing

_CHECKS: Final = 10
_PAUSE_SECONDS: Final = 0.5
"""Seconds between checks whether Slack has processed an uploaded picture."""
_LONGEST_WAIT_SECONDS: Final = 60.0
"""Seconds that a reply waits for Slack to take its picture; if it takes longer, the words go without it."""
_MAX: Final = 1000
_DONE_WITH: Final = {"file_not_found", "file_deleted", "cant_delete_file"}
"""Slack's errors for files that are gone, or that it will never let us delete."""
_log = structlog.get_logger(__name__)


class Pictures:
    """Remembers the files of replies that are not sent yet, and those that are in the database."""

    def __init__(self, uploaded: SlackPictures) -> None:
        self._uploaded = uploaded
        self._files = Latest[tuple[str, str], str](_MAX)
        """Files' ids by a reply's key and its picture's hash."""
        self._waiting_since = Latest[str, float](_MAX)
        """When Slack first didn't take the picture of a reply that isn't sent yet, by the reply's key."""

    async def file_in_time(self, workspace: SlackWorkspace, outgoing: Outgoing) -> str | None:
        """Return the same as `file_of` for a new reply, whose words wait a minute: None if Slack still fails then."""
        try:
            return await self.file_of(workspace, outgoing)
        except FAILURES as error:
            now = asyncio.get_running_loop().time()
            since = self._waiting_since.get(outgoing.key)
            if since is None:
                self._waiting_since[outgoing.key] = now
            if since is None or now - since < _LONGEST_WAIT_SECONDS:
                raise
            _log.warning("slack_upload_failed", key=outgoing.key, reason=type(error).__name__)
            return None

    async def file_of(self, workspace: SlackWorkspace, outgoing: Outgoing) -> str | None:
        """Return the id of a reply's uploaded picture; None if it has none, or Slack won't take it soon."""
        if not outgoing.picture:
            return None
        key = outgoing.key, sha256(outgoing.picture).hexdigest()
        if key not in self._files:
            file = await upload(workspace, outgoing.picture)
            if file is None:
                return None
            await self._uploaded.note(workspace.team, outgoing.key, file)
            self._files[key] = file
        return self._files[key]

    async def earlier_file(self, workspace: SlackWorkspace, key: str) -> str | None:
        """Return the file of a picture that a reply has shown."""
        return next(iter(await self._uploaded.of(workspace.team, key)), None)

    def forget(self, outgoing: Outgoing) -> None:
        """Forget the picture of a reply that is sent."""
        self._waiting_since.pop(outgoing.key, None)
        if outgoing.picture:
            self._files.pop((outgoing.key, sha256(outgoing.picture).hexdigest()), None)

    async def delete(self, workspace: SlackWorkspace, key: str, *, shown: str | None = None) -> None:
        """Delete the files of a reply's pictures, except the one `shown`: Slack keeps them without a message."""
        for file in await self._uploaded.of(workspace.team, key):
            if file != shown and await delete_file(workspace, file) is None:
                await self._uploaded.forget(workspace.team, file)


async def delete_file(workspace: SlackWorkspace, file: str) -> str | None:
    """Delete a file. Return Slack's error if it's to be tried again later."""
    try:
        await workspace.client.files_delete(file=file)
    except SlackApiError as error:
        if not is_refusal(error):
            raise
        _log.warning("slack_picture_not_deleted", file=file, error=code_of(error))
        return None if code_of(error) in _DONE_WITH else code_of(error)
    return None


async def upload(workspace: SlackWorkspace, picture: bytes) -> str | None:
    """Upload a picture and wait until it can be shown; None if Slack won't take it soon."""
    try:
        file = await _uploaded(workspace.client, picture)
        for _ in range(_CHECKS if file else 0):
            if await _is_ready(workspace.client, file):
                return file
            await asyncio.sleep(_PAUSE_SECONDS)
    except SlackApiError as error:
        if not is_no_answer(error) and (seconds_put_off(error) or 0) <= _LONGEST_WAIT_SECONDS:
            raise
        _log.warning("slack_upload_refused", error=code_of(error))
    return None


async def _uploaded(client: AsyncWebClient, picture: bytes) -> str:
    """Return the id of an uploaded picture; empty if Slack's answer names none, for which the client isn't prepared."""
    try:
        uploaded = await client.files_upload_v2(filename="match.jpg", file=picture)
    except (TypeError, KeyError):
        uploaded = None
    if not uploaded or not (files := uploaded.get("files")):
        _log.warning("slack_upload_without_file")
        return ""
    return str(files[0]["id"])


async def _is_ready(client: AsyncWebClient, file: str) -> bool:
    """Return whether a picture can be shown; if Slack doesn't say, it's tried."""
    try:
        found = (await client.files_info(file=file)).get("file")
    except SlackApiError as error:
        if not is_no_answer(error):
            raise
        return True
    return bool(not found or found.get("mimetype"))
