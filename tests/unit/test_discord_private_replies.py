"""A private answer that comes too late: what goes into direct messages instead."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.private_replies import PrivateReply, show
from reunite.language import sentence


@pytest.mark.parametrize("is_confidential", [True, False])
async def test_what_is_confidential_is_not_sent_where_it_would_stay(*, is_confidential: bool) -> None:
    response: Any = SimpleNamespace(status=404, reason="")
    late = discord.NotFound(response, {"code": 10062, "message": "Unknown interaction"})
    person = MagicMock(send=AsyncMock())
    interaction = MagicMock(edit_original_response=AsyncMock(side_effect=late), user=person, locale="en-GB")
    await show(interaction, PrivateReply("The proof is a blue tag.", is_confidential=is_confidential))
    [sent] = person.send.call_args_list
    assert sent.args == (sentence("went_wrong") if is_confidential else "The proof is a blue tag.",)
