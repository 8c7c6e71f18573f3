"""Uploads the pictures of replies, each once, even if the reply has to be sent again."""

import asyncio
from hashlib import sha256
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.latest import Latest
from bot.slack.errors import code_of, is_refusal, seconds_put_off
from bot.slack.workspace import SlackWorkspace
from reunite.ports import Outgoing

_CHECKS: Final = 10
_PAUSE_SECONDS: Final = 0.5
"""Seconds between checks whether Slack has processed an uploaded picture."""
_LONGEST_WAIT_SECONDS: Final = 60.0
"""Seconds that a reply waits for Slack to take its picture; if it takes longer, the words go without it."""
_MAX: Final = 1000
_log = structlog.get_logger(__name__)


class Pictures:
    """Remembers the files of replies that are not sent yet."""

    def __init__(self) -> None:
        self._files = Latest[tuple[str, str], str](_MAX)
        """Files' ids by a reply's key and its picture's hash."""

    async def file_of(self, workspace: SlackWorkspace, outgoing: Outgoing) -> str | None:
        """Return the id of a reply's uploaded picture; None if it has none, or Slack won't take it soon."""
        if not outgoing.picture:
            return None
        key = outgoing.key, sha256(outgoing.picture).hexdigest()
        if key not in self._files:
            file = await upload(workspace, outgoing.picture)
            if file is None:
                return None
            self._files[key] = file
        return self._files[key]

    def forget(self, outgoing: Outgoing) -> None:
        """Forget the picture of a reply that is sent."""
        if outgoing.picture:
            self._files.pop((outgoing.key, sha256(outgoing.picture).hexdigest()), None)


async def upload(workspace: SlackWorkspace, picture: bytes) -> str | None:
    """Upload a picture and wait until it can be shown; None if Slack won't take it soon."""
    try:
        uploaded = await workspace.client.files_upload_v2(filename="match.jpg", file=picture)
        file = str(uploaded["files"][0]["id"])
        for _ in range(_CHECKS):
            if (await workspace.client.files_info(file=file))["file"].get("mimetype"):
                return file
            await asyncio.sleep(_PAUSE_SECONDS)
    except SlackApiError as error:
        if not is_refusal(error) and (seconds_put_off(error) or 0) <= _LONGEST_WAIT_SECONDS:
            raise
        _log.warning("slack_upload_refused", error=code_of(error))
    return None
