"""Connecting to Slack by Socket Mode."""

from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from reunite.errors import TryAgainError
from tests.doubles.slack import SlackDouble
from tests.support.slack_adapter import world_in, world_on
from tests.support.waiting import eventually


async def test_a_refused_connection_is_a_line_in_the_log_without_its_ticket(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with world_in(database_url) as world:
        world.slack.delivery.refused_connections = 2
        world.slack.api.fail_next("apps.connections.open", error="ratelimited", status=429, retry_after=1)
        with capture_logs() as logs:
            await world.slack.delivery.drop_connections()
            await eventually(lambda: world.slack.delivery.connections == 2)
    delayed = [line["reason"] for line in logs if line["event"] == "slack_connection_delayed"]
    assert delayed == ["Slack answers ratelimited", "Slack answers 503", "Slack answers 503"]
    assert "ticket=" not in caplog.text


async def test_a_start_that_gets_a_page_instead_of_an_answer_ends_with_a_sentence(database_url: str) -> None:
    async with SlackDouble.running() as slack:
        broken: dict[str, Any] = {"text": "<html>", "status": 502, "content_type": "application/json"}
        slack.api.always["apps.connections.open"] = lambda: web.Response(**broken)
        with pytest.raises(TryAgainError, match="Slack answers 502"):
            async with world_on(slack, database_url):
                pass
