"""`reunite doctor` for a chat by webhooks: whether it accepts a signed call."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession, ClientTimeout

from bot.doctor import Finding, whole_cause
from bot.signed_http import call
from bot.webhook.config import WebhookConfig
from db.config import Connections
from reunite.errors import DefectError, TryAgainError, UndeliverableError


async def check(config: WebhookConfig, connections: Connections) -> AsyncIterator[Finding]:  # noqa: ARG001 - all adapters' signature
    """Call the chat."""
    try:
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            await call(session, str(config.url), config.key, {"do": "hello"})
        yield Finding("The chat", ok=True, found=f"{config.url} accepts signed calls")
    except (DefectError, TryAgainError, UndeliverableError) as error:
        remedy = "Check REUNITE_WEBHOOK_URL, and that both sides have the same REUNITE_WEBHOOK_SECRET."
        yield Finding("The chat", ok=False, found=whole_cause(error), remedy=remedy)
