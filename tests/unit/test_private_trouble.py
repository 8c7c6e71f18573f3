"""What goes wrong with a command: the person gets a sentence, and only a defect leaves a traceback in the log."""

from unittest.mock import MagicMock

import discord
import psycopg
import pytest
from psycopg_pool import PoolTimeout
from structlog.testing import capture_logs

from bot.discord.private_replies import PrivateReply, result_or_problem
from bot.saved import answering
from reunite.errors import TokenRefusedError
from reunite.language import sentence

OUTAGE, DEFECT = psycopg.OperationalError("the server is gone"), KeyError("kind")


@pytest.mark.parametrize(
    ("error", "event", "unsaved"),
    [
        (OUTAGE, "interrupted", "busy"),
        (PoolTimeout(), "interrupted", "busy"),
        (psycopg.errors.LockNotAvailable(), "interrupted", "busy"),
        (psycopg.errors.QueryCanceled(), "interrupted", "busy"),
        (TokenRefusedError("invalid_auth"), "interrupted", "went_wrong"),
        (DEFECT, "defect", "went_wrong"),
    ],
)
@pytest.mark.parametrize("is_saved", [False, True])
async def test_trouble_that_passes_is_told_from_a_defect(
    error: Exception, event: str, unsaved: str, *, is_saved: bool
) -> None:
    async def work() -> PrivateReply:
        if not is_saved:
            raise error
        with answering():
            raise error

    interaction = MagicMock(discord.Interaction, id=7, locale=discord.Locale.american_english)
    with capture_logs() as logged:
        reply = await result_or_problem(interaction, work)
    assert reply.words == sentence("saved_all_the_same" if is_saved else unsaved)
    [line] = logged
    assert line["event"] == f"discord_{'answer' if is_saved else 'interaction'}_{event}"
    assert ("exc_info" in line) is (error is DEFECT)
