"""Whether Slack takes us as we are set up: tokens, scopes, channels. For `reunite doctor`."""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SCOPES, SlackConfig
from bot.slack.errors import code_of
from bot.slack.workspaces import with_token
from reunite.model import ReportKind

_PAGE = 200
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do where it is not as it should be (`remedy`)."""

    what: str
    found: str
    remedy: str = ""


async def look(config: SlackConfig, tokens: Sequence[str]) -> list[Finding]:
    """Ask Slack about each workspace's token, and about the app's own where there is one."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(base_url=config.api_base or AsyncWebClient.BASE_URL, session=session)
        found = [finding for token in tokens for finding in await _workspace(with_token(client, token), config)]
        if config.app_token:
            found.append(await _app_token(with_token(client, config.app_token)))
        else:
            found.append(Finding("Slack's events", f"signed HTTP on {config.host}:{config.port}"))
        return found


async def _workspace(client: AsyncWebClient, config: SlackConfig) -> list[Finding]:
    """Look at one workspace."""
    try:
        who = await client.auth_test()
        scopes = set(who.headers.get("x-oauth-scopes", "").replace(" ", "").split(","))
        page = await client.users_conversations(types="public_channel,private_channel", limit=_PAGE)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        return [Finding("Slack", _words(error), "Check REUNITE_SLACK_BOT_TOKEN (xoxb-…) and reinstall the app.")]
    missing = ", ".join(sorted(SCOPES - scopes))
    channels = [config.channel(each["id"], each["name"]) for each in page["channels"]]
    names = {kind: [f"#{each.name}" for each in channels if each.role is kind] for kind in ReportKind}
    listening = " · ".join(f"{kind}: {', '.join(names[kind]) or 'none'}" for kind in ReportKind)
    remedy = (
        "" if all(names.values()) else "Invite the app to the channels (/invite @Reunite), or choose others in Setup."
    )
    return [
        Finding("Slack", f"{who['team']}, as {who['user']}"),
        Finding(
            "its scopes",
            f"{missing} missing" if missing else "all there",
            "Update the app's manifest (slack/manifest.yaml) and reinstall the app." if missing else "",
        ),
        Finding("its channels by name", listening, remedy),
    ]


async def _app_token(client: AsyncWebClient) -> Finding:
    try:
        await client.apps_connections_open(app_token=str(client.token))
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        remedy = "Check REUNITE_SLACK_APP_TOKEN (xapp-…, with the scope connections:write)."
        return Finding("Slack's Socket Mode", _words(error), remedy)
    return Finding("Slack's Socket Mode", "can connect")


def _words(error: Exception) -> str:
    return f"Slack says: {code_of(error)}" if isinstance(error, SlackApiError) else type(error).__name__
