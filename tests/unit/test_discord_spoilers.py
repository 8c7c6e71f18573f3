"""Words behind spoilers are left out, and Discord's notation isn't shown as it is."""

from types import SimpleNamespace
from unittest.mock import MagicMock
from uuid import UUID

import discord
import pytest

from bot.discord.button_ids import PressId
from bot.discord.buttons import Buttons
from bot.discord.forms import FormInput
from bot.discord.markup import readable, without_spoilers
from bot.discord.posts import is_hidden, photo_files, report_of, text_of
from bot.discord.workspaces import Workspaces
from reunite.entities import ReportKind, Settings


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
        ("in <#7>, ask <@&8> or <@&1>", "in #library, ask @Team or @everyone"),
        ("ask <@9>, who has it, or <@!10>", "ask @Ann, who has it, or @…"),
        ("in <#11>, <#12>, <#13> or <#14>", "in #…, #…, #room or #…"),
        ("3 < 4, a <3 and <t:1795971600:f>", "3 < 4, a <3 and <t:1795971600:f>"),
    ],
)
def test_notation_gives_way_to_names(written: str, shown: str) -> None:
    team, all_members = MagicMock(), MagicMock()
    team.name, all_members.name = "Team", "@everyone"
    channels = {7: LIBRARY, 11: channel("moderators", MODERATORS), 13: thread(), 14: thread(private=True)}
    guild = MagicMock(
        get_channel_or_thread=channels.get,
        get_role={1: all_members, 8: team}.get,
        get_member=lambda _: None,
        roles=[MODERATORS, MEMBERS, BOT],
    )
    assert readable(written, guild, [LIBRARY], [MagicMock(discord.Member, id=9, display_name="Ann")]) == shown


def test_a_channel_is_named_only_where_all_who_read_it_see_that_channel() -> None:
    rooms = {7: LIBRARY, 11: channel("moderators", MODERATORS)}
    guild = MagicMock(get_channel_or_thread=rooms.get, roles=[MODERATORS, MEMBERS, BOT])
    said = {
        reader: readable("<#7> <#11>", guild, seen_in)
        for reader, seen_in in {"members": [LIBRARY], "moderators": [rooms[11]], "one": [channel("x")]}.items()
    }
    assert said == {"members": "#library #…", "moderators": "#library #moderators", "one": "#… #…"}
    post = MagicMock(discord.Message, guild=guild, channel=LIBRARY, mentions=[], message_snapshots=[])
    post.content = "<#7> <#11>"
    assert text_of(post) == said["members"]
    post.channel = rooms[11]
    assert text_of(post) == said["moderators"]
    assert report_of(post, ReportKind.FOUND, [LIBRARY]).text == said["members"]
    assert readable("<#7>", guild) == readable("<#7>", None, [LIBRARY]) == "#…"


async def test_what_is_added_to_a_report_names_what_its_readers_see_wherever_a_button_was_pressed() -> None:
    staff, lost = channel("staff", MODERATORS), channel("lost", MEMBERS, MODERATORS)
    guild = MagicMock(id=1, get_channel_or_thread={11: staff}.get, roles=[MODERATORS, MEMBERS], forums=[])
    workspaces = Workspaces(MagicMock(), MagicMock())
    workspaces._settings[guild.id] = Settings()
    buttons = Buttons(MagicMock(), workspaces, MagicMock(), MagicMock(), settings_form=MagicMock(), linking=MagicMock())
    press = PressId("", "add_detail", UUID(int=1), None)
    interaction = MagicMock(guild=guild, channel=staff, locale=discord.Locale.german)
    for other, named in ((lost, "near #…"), (LIBRARY, "near #staff")):
        guild.text_channels = [staff, channel("found", MODERATORS), other]
        for place in guild.text_channels:
            place.guild = guild
        read = await buttons._read(interaction, press, FormInput({"words": ("near <#11>",)}))
        assert read.words == "near #…"
        assert workspaces.readable(interaction, ReportKind.FOUND, "near <#11>") == named


def role(*, is_bot: bool = False) -> MagicMock:
    return MagicMock(discord.Role, is_bot_managed=lambda: is_bot)


def channel(name: str, *seen_by: MagicMock) -> MagicMock:
    place = MagicMock(discord.TextChannel)
    place.name = name
    place.permissions_for = lambda role: SimpleNamespace(view_channel=role in seen_by)
    return place


MODERATORS, MEMBERS, BOT = role(), role(), role(is_bot=True)
LIBRARY = channel("library", MEMBERS, MODERATORS)


def thread(*, private: bool = False) -> MagicMock:
    place = MagicMock(discord.Thread, is_private=lambda: private)
    place.name, place.parent = "room", LIBRARY
    return place


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
