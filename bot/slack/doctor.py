"""`reunite doctor` for Slack: tokens, scopes and channels."""

from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import psycopg
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import role_of
from bot.doctor import UNREACHABLE, Finding, whole_cause
from bot.slack.config import SlackConfig
from bot.slack.errors import FAILURES, WRONG_TOKEN, code_of, is_foreign, is_refusal, trouble_of
from bot.slack.permissions import missing
from bot.slack.workspaces import with_token
from db.config import Connections
from db.installations import Installations
from db.keys import KeysError
from db.store import Store
from reunite.entities import ReportKind, Settings

_PAGE: Final = 200
_SECONDS: Final = 10


async def check(config: SlackConfig, connections: Connections) -> AsyncIterator[Finding]:
    """Check each workspace's token, and the app's own if there is one."""
    tokens = [config.bot_token] if config.bot_token else await _installed(connections)
    if not tokens:
        yield Finding("Slack", ok=None, found="no workspace has installed the app yet")
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(base_url=config.api_base or AsyncWebClient.BASE_URL, session=session)
        for token in tokens:
            for finding in await _workspace(with_token(client, token)):
                yield finding
        if config.app_token:
            yield await _app_token(with_token(client, config.app_token))
        else:
            yield Finding("Slack's events", ok=True, found=f"signed HTTP on {config.host}:{config.port}")


async def _installed(connections: Connections) -> list[str]:
    """Return the tokens of the workspaces that installed the app; none if they can't be read."""
    try:
        async with Store(connections.database_url, keys=connections.keys) as store:
            return [installation.bot_token for installation in await Installations(store).all()]
    except (psycopg.Error, KeysError):  # another finding says so
        return []


async def _workspace(client: AsyncWebClient) -> list[Finding]:
    try:
        identity = await client.auth_test()
        page = await client.users_conversations(types="public_channel,private_channel", limit=_PAGE)
    except FAILURES as error:
        return [_failed("Slack", error, "Check REUNITE_SLACK_BOT_TOKEN (xoxb-…) and reinstall the app.")]
    channels = {
        f"#{channel['name']}": role_of(channel["id"], channel["name"], Settings())
        for channel in page.get("channels") or ()
    }
    return [
        Finding("Slack", ok=True, found=f"{identity.get('team')}, as {identity.get('user')}"),
        _scopes(missing(identity.headers)),
        _channels({kind: [name for name, role in channels.items() if role is kind] for kind in ReportKind}),
    ]


def _scopes(lacking: list[str]) -> Finding:
    if not lacking:
        return Finding("its scopes", ok=True, found="complete")
    remedy = "Update the app's manifest (slack/manifest.yaml) and reinstall the app."
    return Finding("its scopes", ok=False, found=f"{', '.join(lacking)} missing", remedy=remedy)


def _channels(names: dict[ReportKind, list[str]]) -> Finding:
    found = " · ".join(f"{kind}: {', '.join(names[kind]) or 'none'}" for kind in ReportKind)
    if all(names.values()):
        return Finding("its channels by name", ok=True, found=found)
    remedy = "Invite the app to the channels (/invite @Reunite), or choose others in its settings."
    return Finding("its channels by name", ok=False, found=found, remedy=remedy)


async def _app_token(client: AsyncWebClient) -> Finding:
    what = "Slack's Socket Mode"
    try:
        await client.apps_connections_open(app_token=str(client.token))
    except FAILURES as error:
        return _failed(what, error, "Check REUNITE_SLACK_APP_TOKEN (xapp-…, with the scope connections:write).")
    return Finding(what, ok=True, found="can connect")


def _failed(what: str, error: Exception, remedy: str) -> Finding:
    """Say what failed; `remedy` is for what Slack refuses, and time for what it doesn't take now."""
    if not isinstance(error, SlackApiError):
        return Finding(what, ok=False, found=f"can't be reached: {whole_cause(error)}", remedy=UNREACHABLE)
    if is_refusal(error) or code_of(error) in WRONG_TOKEN:
        return Finding(what, ok=False, found=f"Slack says: {code_of(error)}", remedy=remedy)
    remedy = UNREACHABLE if is_foreign(error) else "Try again later."
    return Finding(what, ok=False, found=trouble_of(error), remedy=remedy)
