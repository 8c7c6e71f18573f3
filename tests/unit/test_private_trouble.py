"""What goes wrong with a command: the person gets a sentence, and only a defect leaves a traceback in the log."""

from unittest.mock import MagicMock

import discord
import psycopg
import pytest
from structlog.testing import capture_logs

from bot.discord.private_replies import PrivateReply, result_or_problem
from bot.saved import answering
from reunite.language import sentence

OUTAGE, DEFECT = psycopg.OperationalError("the server is gone"), KeyError("kind")


@pytest.mark.parametrize(("error", "event"), [(OUTAGE, "interrupted"), (DEFECT, "defect")])
@pytest.mark.parametrize("is_saved", [False, True])
async def test_only_a_defect_leaves_a_traceback(error: Exception, event: str, *, is_saved: bool) -> None:
    async def work() -> PrivateReply:
        if not is_saved:
            raise error
        with answering():
            raise error

    interaction = MagicMock(discord.Interaction, id=7, locale=discord.Locale.american_english)
    with capture_logs() as logged:
        reply = await result_or_problem(interaction, work)
    assert reply.words == sentence("saved_all_the_same" if is_saved else "went_wrong")
    [line] = logged
    assert line["event"] == f"discord_{'answer' if is_saved else 'interaction'}_{event}"
    assert ("exc_info" in line) is (error is DEFECT)
