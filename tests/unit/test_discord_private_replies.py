"""Private answers: their picture, and what goes into direct messages where one comes too late."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock
from uuid import UUID

import discord
import pytest

from bot.discord.private_replies import PrivateReply, show
from reunite.language import sentence
from reunite.messages.reply import Plain, Reply, Tile


@pytest.mark.parametrize("is_confidential", [True, False])
async def test_what_is_confidential_is_not_sent_where_it_would_stay(*, is_confidential: bool) -> None:
    response: Any = SimpleNamespace(status=404, reason="")
    late = discord.NotFound(response, {"code": 10062, "message": "Unknown interaction"})
    person = MagicMock(send=AsyncMock())
    interaction = MagicMock(edit_original_response=AsyncMock(side_effect=late), user=person, locale="en-GB")
    await show(interaction, PrivateReply("The proof is a blue tag.", is_confidential=is_confidential))
    [sent] = person.send.call_args_list
    assert sent.args == (sentence("went_wrong") if is_confidential else "The proof is a blue tag.",)


def test_a_picture_is_described_in_the_readers_language() -> None:
    reply = Reply("look", ((Plain("1 a bag"),),), gallery=(Tile(1, UUID(int=1), UUID(int=2)),))
    [shown] = PrivateReply.with_picture(reply, b"jpeg", "fr").embeds
    described = {"url": "attachment://photo.jpg", "description": sentence("picture_of_gallery", "fr")}
    assert shown.embed.to_dict().get("image") == described
