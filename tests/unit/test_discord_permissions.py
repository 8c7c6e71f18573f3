"""Which permissions the bot names as missing on Discord."""

from unittest.mock import MagicMock

import discord
import pytest

from bot.discord.permissions import NEEDED, TO_ANSWER, TO_HIDE, TO_POST, missing


def channel(*, kind: type[discord.abc.GuildChannel] = discord.TextChannel, lacks: tuple[str, ...] = ()) -> MagicMock:
    """Return a channel where the bot has what the invitation asks for, except some."""
    granted = NEEDED & ~discord.Permissions(**dict.fromkeys(lacks, True))
    if "send_messages" in lacks:  # as the library counts
        granted = granted & ~discord.Permissions(embed_links=True, attach_files=True)
    if "view_channel" in lacks:
        granted = discord.Permissions.none()
    place = MagicMock(spec=kind)
    place.permissions_for.return_value = granted
    return place


@pytest.mark.parametrize("name", [name for name, is_needed in TO_HIDE if is_needed])
def test_what_is_missing_is_named_and_nothing_that_follows_from_it(name: str) -> None:
    name = "view_channel" if name == "read_messages" else name
    expected = ("read_messages",) if name == "view_channel" else (name,)
    assert missing(channel(lacks=(name,)), TO_HIDE) == expected


def test_what_one_channel_lacks_hides_nothing_that_another_lacks() -> None:
    assert missing(channel(lacks=("send_messages",)), TO_ANSWER) == ()
    assert missing(channel(lacks=("send_messages",)), TO_POST) == ("send_messages",)
    for needed in (TO_ANSWER, TO_POST, TO_HIDE):
        assert missing(channel(lacks=("embed_links",)), needed) == ("embed_links",)
        assert missing(channel(lacks=("attach_files",)), needed) == ("attach_files",)


def test_a_forum_needs_no_threads() -> None:
    lacks = ("create_public_threads", "create_private_threads")
    assert missing(channel(kind=discord.ForumChannel, lacks=lacks), TO_HIDE) == ()
