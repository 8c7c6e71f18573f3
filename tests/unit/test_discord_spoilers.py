"""Words behind spoilers are left out, and Discord's notation isn't shown as it is."""

from unittest.mock import MagicMock

import pytest

from bot.discord.markup import readable, without_spoilers
from bot.discord.posts import is_hidden, photo_files


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a red bag", "a red bag"),
        ("a bag of ||Erika||", "a bag of …"),
        ("||Erika||'s bag, no. ||12 34||", "…'s bag, no. …"),
        ("||all\nof it||", ""),
        ("||a|| ||b||", ""),
        ("red || blue", "red || blue"),
        ("||Erika|| red || blue", "… red || blue"),
        ("a | b", "a | b"),
        ("", ""),
    ],
)
def test_what_is_left_of_words(written: str, shown: str) -> None:
    assert without_spoilers(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a hat <:sad_cat:123456789012345678> <a:run:123456789012345678>", "a hat :sad_cat: :run:"),
        ("I used </lost:123456789012345678>", "I used /lost"),
        ("in <#7>, ask <@&8>", "in #library, ask @Team"),
        ("<@9>'s bag in <#9>", "'s bag in"),
        ("3 < 4, a <3 and <t:1795971600:f>", "3 < 4, a <3 and <t:1795971600:f>"),
    ],
)
def test_notation_gives_way_to_names(written: str, shown: str) -> None:
    channel, role = MagicMock(), MagicMock()
    channel.name, role.name = "library", "Team"
    guild = MagicMock(get_channel_or_thread={7: channel}.get, get_role={8: role}.get)
    assert readable(written, guild) == shown


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ({"filename": "SPOILER_a.jpg"}, "SPOILER_a.jpg"),
        ({"filename": "a.jpg", "flags": 1 << 3}, "SPOILER_a.jpg"),
        ({"filename": "a.jpg", "flags": 1 << 2}, "a.jpg"),
    ],
)
def test_a_photo_behind_a_spoiler_is_hidden(file: dict[str, object], name: str) -> None:
    photos, _ = photo_files([{**file, "url": "https://cdn.discordapp.com/a"}])
    assert [photo.name for photo in photos] == [name]
    assert [photo.hidden for photo in photos] == [is_hidden("", photos)] == [name.startswith("SPOILER_")]
