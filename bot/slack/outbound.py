"""The way out: replies, pictures and reactions, and what Slack's refusals mean."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.render import blocks, metadata, notification
from reunite.errors import TryAgainError, UndeliverableError
from reunite.model import PlatformName, ReplyTarget
from reunite.ports import Outgoing, Sent

_PASSING: Final = {
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
_TOKEN_REFUSED: Final = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
"""The operator mends it, and what was to be said is still there."""
_SERVER_TROUBLE: Final = 500
_TOO_MANY: Final = 429
_PAGE: Final = 200
_MOST_PAGES: Final = 5
"""How far back a reply is looked for: 1,000 messages."""
_UPLOAD_LOOKS: Final = 10
_UPLOAD_PAUSE: Final = 0.5
"""Seconds between looks at whether Slack has made the uploaded picture ready."""

_log = structlog.get_logger(__name__)


@contextmanager
def slack_errors() -> Iterator[None]:
    """Turn what goes wrong with Slack into TryAgainError or UndeliverableError."""
    try:
        yield
    except SlackApiError as error:
        code, status, after = _code(error), error.response.status_code, _retry_after(error)
        if code in _TOKEN_REFUSED:
            tokens = "REUNITE_SLACK_BOT_TOKEN (xoxb-…) and REUNITE_SLACK_APP_TOKEN (xapp-…)"
            raise TryAgainError(f"Slack refuses our token ({code}): check {tokens}.") from error
        if code in _PASSING or status == _TOO_MANY or status >= _SERVER_TROUBLE:
            raise TryAgainError(f"Slack answers {code or status}", after) from error
        raise UndeliverableError(f"Slack answers {code or status}") from error
    except (aiohttp.ClientError, TimeoutError, OSError, SlackRequestError) as error:
        raise TryAgainError(f"Slack can't be reached: {type(error).__name__}") from error


def _code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _retry_after(error: SlackApiError) -> float | None:
    given = error.response.headers.get("Retry-After", "")
    return float(given) if re.fullmatch(r"\d+", given) else None


class SlackPlatform:
    """Slack's outbound side. `home` is the workspace's address (https://….slack.com/), `bot_user` our own id."""

    name: PlatformName = "slack"

    def __init__(self, client: AsyncWebClient, home: str, bot_user: str) -> None:
        """Own nothing: the client is closed by whoever made it."""
        self._client = client
        self._home = home
        self._bot_user = bot_user

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply, unless an earlier try arrived; see the port."""
        with slack_errors():
            earlier = await self._find(outgoing) if outgoing.maybe_sent else None
            return earlier or await self._post(outgoing)

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React with 👀; a second time is no error."""
        with slack_errors():
            try:
                await self._client.reactions_add(channel=target.channel, timestamp=str(target.message), name="eyes")
            except SlackApiError as error:
                if _code(error) != "already_reacted":
                    raise

    def link_to(self, target: ReplyTarget) -> str | None:
        """Return the web address of a post on Slack, None for posts elsewhere."""
        if target.platform != "slack" or target.message is None:
            return None
        return f"{self._home}archives/{target.channel}/p{target.message.replace('.', '')}"

    async def _post(self, outgoing: Outgoing) -> Sent:
        file = await self._upload(outgoing.picture) if outgoing.picture else None
        try:
            return await self._post_with(outgoing, file)
        except SlackApiError as error:
            if file is None or _code(error) != "invalid_blocks":
                raise
            _log.warning("slack_picture_refused", key=outgoing.key)  # the words matter more
            return await self._post_with(outgoing, None)

    async def _post_with(self, outgoing: Outgoing, file: str | None) -> Sent:
        target = outgoing.target
        posted = await self._client.chat_postMessage(
            channel=target.channel,
            thread_ts=target.message,
            text=notification(outgoing.reply),
            blocks=blocks(outgoing.reply, self.link_to, file),
            metadata=dict(metadata(outgoing.key)),
            unfurl_links=False,
            unfurl_media=False,
        )
        message: dict[str, Any] = posted["message"]
        if target.message and "thread_ts" not in message:
            # The thread's root has just been deleted: Slack then posts to the whole channel.
            await self._client.chat_delete(channel=posted["channel"], ts=posted["ts"])
            raise UndeliverableError("the post to answer is gone")
        return Sent(posted["channel"], posted["ts"])

    async def _upload(self, picture: bytes) -> str | None:
        """Give Slack a picture and wait until it can be shown; None where Slack does not take it."""
        try:
            uploaded = await self._client.files_upload_v2(filename="match.jpg", file=picture)
            file = str(uploaded["files"][0]["id"])
            for _ in range(_UPLOAD_LOOKS):
                if (await self._client.files_info(file=file))["file"].get("mimetype"):
                    return file
                await asyncio.sleep(_UPLOAD_PAUSE)
        except SlackApiError as error:
            if _code(error) in _PASSING | _TOKEN_REFUSED or error.response.status_code != 200:  # noqa: PLR2004
                raise
            _log.warning("slack_upload_refused", error=_code(error))
        return None

    async def _find(self, outgoing: Outgoing) -> Sent | None:
        """Look for a reply that was sent before, by the key in its metadata."""
        target, cursor = outgoing.target, None
        for _ in range(_MOST_PAGES):
            if target.message:
                page = await self._client.conversations_replies(
                    channel=target.channel, ts=target.message, include_all_metadata=True, limit=_PAGE, cursor=cursor
                )
            else:
                page = await self._client.conversations_history(
                    channel=target.channel, include_all_metadata=True, limit=_PAGE, cursor=cursor
                )
            for message in page["messages"]:
                own = message.get("user") == self._bot_user
                if own and message.get("metadata") == metadata(outgoing.key):
                    return Sent(target.channel, message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None
