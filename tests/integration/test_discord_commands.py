"""Commands, forms and buttons on Discord in everyone's language, over real sockets, against the double."""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import discord
import pytest
from psycopg import OperationalError

from bot.discord.app import running
from bot.discord.permissions import invitation
from bot.discord.workspaces import Workspaces
from db.board_sessions import BoardSessions
from db.store import Store
from reunite import forgetting
from reunite.commands import JoinWorkspace
from reunite.entities import Member, Settings
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, command_names, plural, sentence
from reunite.messages import wording
from tests.doubles.discord import DiscordDouble
from tests.doubles.discord_shapes import APPLICATION_ID, MANAGE_GUILD, VIEW_CHANNEL, buttons, inputs
from tests.support.board import BOARD
from tests.support.discord_adapter import JPEG, World, config, open_world, opened_world
from tests.support.far_zone import day_in, far_zone
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE, eventually

world_fixture = pytest.fixture(opened_world, name="world")


LOCALES = {
    "de": "de",
    "es-ES": "es",
    "es-419": "es",
    "fr": "fr",
    "it": "it",
    "ja": "ja",
    "nl": "nl",
    "pl": "pl",
    "pt-BR": "pt",
    "zh-CN": "zh",
    "zh-TW": "zh",
}


async def test_every_command_option_and_menu_is_called_by_its_name_in_every_language(database_url: str) -> None:
    async with open_world(database_url) as world:
        commands = world.discord.commands
    named = [*commands, *(option for command in commands for option in command.get("options", []))]
    for item in named:
        assert set(item["name_localizations"]) == set(LOCALES), item["name"]
        assert set(item.get("description_localizations", LOCALES)) == set(LOCALES), item["name"]
    for locale in LOCALES:
        names = [(command["type"], command["name_localizations"][locale]) for command in commands]
        assert len(set(names)) == len(names), "two commands of one name can't be told apart"
    menus = {command["name"]: command["name_localizations"]["de"] for command in commands if command["type"] == 3}
    assert menus == {"Found this": "Das habe ich gefunden", "I lost this": "Das habe ich verloren"}


@pytest.mark.parametrize(
    ("locale", "answer"),
    [
        ("fr", "Tu n’as"),
        ("es-419", "No tienes"),
        ("pl", "Nie masz"),
        ("pt-BR", "Você não tem"),
        ("zh-TW", "你没有"),
        ("nl", "Je hebt geen"),
        ("sv-SE", "You have no"),
    ],
)
async def test_a_private_answer_is_in_the_language_of_the_person_who_asks(
    world: World, locale: str, answer: str
) -> None:
    ada = world.discord.admin.join("Ada")
    world.discord.locales[ada] = locale
    used = await world.discord.ui.slash("mine", ada, "general")
    assert answer in await world.discord.ui.answer(used)


async def test_a_form_is_in_its_users_language(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspaces, "lacks_log", lambda *_: False)
    ada = world.discord.admin.join("Ada")
    for language in LANGUAGES:
        world.discord.locales[ada] = language
        for command in ("lost", "found", "sealed"):
            await world.discord.ui.opened(await world.discord.ui.slash(command, ada, "general"))
    world.discord.locales[ada] = "de"
    modal = await world.discord.ui.opened(await world.discord.ui.slash("lost", ada, "general"))
    assert modal["title"] == "Ich habe etwas verloren"
    assert [field["custom_id"] for field in inputs(modal)] == ["words", "photos", "where", "when", "seen"]


async def test_without_a_channel_for_moderators_nobody_fills_in_a_sealed_report_in_vain(world: World) -> None:
    used = await world.discord.ui.slash("sealed", world.discord.admin.join("Ada"), "general")
    assert await world.discord.ui.answer(used) == sentence("sealed_needs_log", command=command_names("en"))
    assert used.modal is None


async def test_whoever_asks_for_help_gets_it_and_makes_no_report(world: World) -> None:
    ada = world.discord.admin.join("Ada")
    for command, words in (("lost", "help me"), ("lost", "?"), ("found", "HILFE!"), ("lost", "助けて")):
        used = await world.discord.ui.slash(command, ada, "general", description=words)
        assert "/search" in await world.discord.ui.answer(used)
    await world.discord.ui.answer(
        await world.discord.ui.slash("lost", ada, "general", description="help me find my black backpack")
    )
    assert (await world.report())["text"] == "help me find my black backpack"


async def test_the_sides_stay_linked_until_a_manager_confirms_that_they_are_to_part(world: World) -> None:
    manager = world.discord.admin.join("Mo")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
    alone = await world.discord.ui.slash("unlink", manager, "general")
    assert await world.discord.ui.answer(alone) == sentence("not_linked")
    handlers = Handlers(world.store, NoQueue())
    await handlers.join(JoinWorkspace("web", "page", "The page"))
    await handlers.link("discord", world.discord.guild_id, await handlers.link_code("web", "page"))
    page = await world.store.workspace("web", "page")
    for choice, words in (("Cancel", "nothing_deleted"), ("Unlink", "unlinked")):
        assert page
        assert page.community == await world.community()
        asked = await world.discord.ui.slash("unlink", manager, "general")
        assert await world.discord.ui.answer(asked) == sentence("unlink_sure")
        question = asked.responses[0]["id"]
        assert await world.discord.ui.confirm(question, choice, manager) == sentence(words)
        page = await world.store.workspace("web", "page")
    assert page
    assert page.community != await world.community()


async def test_a_form_keeps_the_commands_options(world: World) -> None:
    ada, zone = world.discord.admin.join("Ada"), far_zone()
    yesterday = day_in(zone, ago=1)
    await Handlers(world.store, NoQueue()).zone("discord", world.discord.guild_id, Member(ada, "Ada"), zone)
    opening = await world.discord.ui.slash("lost", ada, "general", where="library", when="yesterday")
    await world.discord.ui.opened(opening)
    assert "I'm searching" in await world.discord.ui.answer(await world.discord.ui.submit(opening, words="a hat"))
    report = await world.report()
    assert (report["text"], report["place"]) == ("a hat", "library")
    assert report["happened_at"]
    assert report["happened_on"] in {yesterday, day_in(zone, ago=1)}


async def test_an_empty_form_or_a_wrong_file_is_explained_politely(world: World) -> None:
    ada = world.discord.admin.join("Ada")
    opening = await world.discord.ui.slash("lost", ada, "general")
    await world.discord.ui.opened(opening)
    assert "A few words or a photo" in await world.discord.ui.answer(await world.discord.ui.submit(opening))
    assert await world.reports() == []


async def test_two_photos_of_one_name_are_distinguished(world: World) -> None:
    ben, lost = world.discord.admin.join("Ben"), world.discord.channel("found")
    files = [world.discord.attach(lost, "image.png", JPEG, "image/png") for _ in range(2)]
    post = await world.discord.people.post("found", ben, "gloves", attachments=files)
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    assert [name for name, _ in await world.photos()] == ["image.png", "image (2).png"]
    fresh = await world.platform.photo_url(world.post_of(post), "image (2).png")
    assert fresh
    assert fresh.startswith(files[1]["url"])
    assert await world.platform.photo_url(world.post_of(post), "other.png") is None
    await world.discord.people.delete(post)
    assert await world.platform.photo_url(world.post_of(post), "image.png") is None


async def test_buttons_and_forms_outlive_the_bots_process(database_url: str) -> None:
    async with DiscordDouble(answer_within=PATIENCE) as discord, Store(database_url) as store:
        handlers = Handlers(store, NoQueue())
        async with running(handlers, store, config(discord)) as platform:
            world = World(discord, store, platform)
            used = await discord.ui.slash("lost", discord.admin.join("Ada"), "general", description="a hat")
            await discord.ui.answer(used)
            listed = await discord.ui.slash("mine", used.user, "general")
            await discord.ui.answer(listed)
            opening = await discord.ui.press(listed.responses[0]["id"], "Add a detail", used.user)
            await discord.ui.opened(opening)
        async with running(handlers, store, config(discord)):
            added = await discord.ui.submit(opening, words="with a feather")
            assert "I'll search again" in await discord.ui.answer(added)
            assert (await world.report())["text"] == "a hat\nwith a feather"
            gone = await discord.ui.press_and_confirm(listed.responses[0]["id"], "Withdraw", used.user)
            assert gone == sentence("note_withdrawn")


async def test_a_form_whose_check_takes_too_long_opens_unchecked(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.discord.buttons.CHECK_SECONDS", 0)
    async with open_world(database_url) as world:
        used = await world.discord.ui.slash("lost", world.discord.admin.join("Ada"), "general", description="a hat")
        await world.discord.ui.answer(used)
        listed = await world.discord.ui.slash("mine", used.user, "general")
        await world.discord.ui.answer(listed)
        await world.discord.ui.opened(
            await world.discord.ui.press(listed.responses[0]["id"], "Add a detail", used.user)
        )
    logged = capsys.readouterr().out
    assert "discord_form_check_timed_out" in logged
    assert "discord_form_check_failed" not in logged


async def test_a_command_is_answered_once_even_if_delivered_several_times(world: World) -> None:
    ada = world.discord.admin.join("Ada")
    used = await world.discord.ui.slash("mine", ada, "general")
    await world.discord.ui.answer(used)
    world.discord.gateway.replays = 5
    await world.discord.gateway.drop()
    await eventually(lambda: world.discord.gateway.resumed or None)
    post = await world.discord.people.post("found", ada, "hat", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    assert len(used.responses) == 1


async def test_a_message_of_someone_who_has_blocked_the_bot_is_taken_from_the_menu_too(world: World) -> None:
    post = await world.discord.people.post(
        "general", world.discord.admin.join("Ann"), "whose is this?", {"a.jpg": JPEG}
    )
    world.discord.refuse("PUT .*/reactions/", 403, code=90001, message="Reaction was blocked")
    used = await world.discord.ui.menu("Found this", world.discord.admin.join("Ben"), post)
    assert await world.discord.ui.answer(used) == f"Got it. I'll reply in <#{post}>."
    assert (await world.report())["source_key"] == post


async def test_a_moderator_gets_a_link_to_the_board_and_a_member_does_not(world: World) -> None:
    member, moderator = world.discord.admin.join("Ada"), world.discord.admin.join("Mo", moderator=True)
    helper = world.discord.admin.join("Cem")
    await world.discord.admin.allow_here("general", discord.Permissions(manage_messages=True).value, helper)
    for other in (member, helper):  # the board shows all channels, not only the one that someone looks after
        used = await world.discord.ui.slash("board", other, "general")
        assert await world.discord.ui.answer(used) == sentence("only_moderators_here")
    text = await world.discord.ui.answer(await world.discord.ui.slash("board", moderator, "general"))
    link = re.search(rf"<({BOARD}/sign-in\?link=[\w-]{{43}})>", text)  # the brackets keep Discord from opening it
    assert link
    assert await BoardSessions(world.store).begin(link[1].partition("link=")[2])


@pytest.mark.parametrize(
    ("choice", "words", "state"),
    [
        ("Cancel", sentence("nothing_deleted"), "pending"),
        ("Delete all my data", plural("note_forgotten", 1), "withdrawn"),
    ],
)
async def test_a_members_data_stays_until_they_confirm_that_it_is_to_go(
    world: World, choice: str, words: str, state: str
) -> None:
    ada = world.discord.admin.join("Ada")
    await world.discord.ui.answer(await world.discord.ui.slash("lost", ada, "lost", description="a red bag"))
    used = await world.discord.ui.slash("privacy", ada, "general")
    await world.discord.ui.answer(used)
    pressed = await world.discord.ui.press(used.responses[0]["id"], "Delete all my data", ada)
    assert "This can't be undone." in await world.discord.ui.answer(pressed)
    assert pressed.ephemeral
    question = pressed.responses[0]["id"]
    await world.discord.ui.press(question, choice, ada)
    await eventually(lambda: world.discord.text(world.discord.message(question)), holds=lambda text: text == words)
    assert not buttons(world.discord.message(question))
    assert (await world.report())["state"] == state


async def test_who_deletes_many_reports_reads_when_it_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_MAX_AWAITED", 0)
    ada = world.discord.admin.join("Ada")
    await world.discord.ui.answer(await world.discord.ui.slash("lost", ada, "lost", description="a red bag"))
    used = await world.discord.ui.slash("privacy", ada, "general")
    await world.discord.ui.answer(used)
    pressed = await world.discord.ui.press(used.responses[0]["id"], "Delete all my data", ada)
    await world.discord.ui.answer(pressed)
    sure = await world.discord.ui.press(pressed.responses[0]["id"], "Delete all my data", ada)
    await eventually(
        lambda: [world.discord.text(said) for said in sure.responses],
        holds=lambda texts: texts[-1:] == [sentence("note_nothing_left")],
    )
    assert (await world.report())["text"] == ""


@pytest.mark.parametrize(
    ("choice", "words", "state"),
    [("Cancel", sentence("nothing_deleted"), "pending"), ("Withdraw", sentence("note_withdrawn"), "withdrawn")],
)
async def test_a_report_stays_until_its_author_confirms_that_it_is_to_go(
    world: World, choice: str, words: str, state: str
) -> None:
    ada, ben = (world.discord.admin.join(name) for name in ("Ada", "Ben"))
    await world.discord.ui.answer(await world.discord.ui.slash("lost", ada, "lost", description="a red bag"))
    used = await world.discord.ui.slash("mine", ada, "general")
    await world.discord.ui.answer(used)
    listed = used.responses[0]["id"]
    assert await world.discord.ui.answer(await world.discord.ui.press(listed, "Withdraw", ben)) == wording.explain(
        TellUserError("only_own"), "en", command_names("en")
    )
    pressed = await world.discord.ui.press(listed, "Withdraw", ada)
    assert "Withdraw this report?" in await world.discord.ui.answer(pressed)
    assert (await world.report())["state"] == "pending"
    question = pressed.responses[0]["id"]
    assert await world.discord.ui.confirm(question, choice, ada) == words
    assert (await world.report())["state"] == state


async def test_the_file_of_privacy_is_readable_json(world: World) -> None:
    used = await world.discord.ui.slash("privacy", world.discord.admin.join("Ada"), "general")
    await world.discord.ui.answer(used)
    [file] = used.responses[0]["attachments"]
    path = file["url"].removeprefix(f"http://{world.discord.file_host}")
    known: dict[str, Any] = json.loads(world.discord.files[path])
    assert known["member"]["name"] == "Ada"
    assert known["reports"] == []


async def test_the_setup_names_everything_in_every_language_within_discords_limits(world: World) -> None:
    manager = world.discord.admin.join("Max")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
    for language in LANGUAGES:
        world.discord.locales[manager] = language
        used = await world.discord.ui.slash("setup", manager, "general")
        panel = await world.discord.ui.answer(used)
        assert f"<#{world.discord.channel('found')}>" in panel
        asked = []
        *forms, _, _ = world.discord.buttons(used.responses[0])  # the last two post samples and read past posts
        for words in forms:
            modal = await world.discord.ui.opened(await world.discord.ui.press(used.responses[0]["id"], words, manager))
            asked.append(len(modal["components"]))
        assert asked == [5, 5, 1]


@pytest.mark.parametrize("trouble", ["database away", "database slow"])
async def test_a_form_of_the_setup_that_cannot_be_filled_in_is_answered(
    database_url: str, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    async def fail(*_: object) -> None:
        if trouble == "database away":
            raise OperationalError("the database is away")
        await asyncio.Event().wait()

    async with open_world(database_url) as world:
        manager = world.discord.admin.join("Max")
        world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
        used = await world.discord.ui.slash("setup", manager, "general")
        await world.discord.ui.answer(used)
        places, *_ = world.discord.buttons(used.responses[0])
        monkeypatch.setattr(Workspaces, "ensure_joined", fail)  # as before the first event of a guild
        pressed = await world.discord.ui.press(used.responses[0]["id"], places, manager)
        assert await world.discord.ui.answer(pressed) == sentence("went_wrong")


async def test_the_setup_keeps_what_it_shows(world: World) -> None:
    manager, helpers = world.discord.admin.join("Max"), await world.discord.admin.create_role("helpers")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
    world.discord.locales[manager] = "de"
    used = await world.discord.ui.slash("setup", manager, "general")
    await world.discord.ui.answer(used)
    panel = used.responses[0]
    places, ways, *_ = world.discord.buttons(panel)
    lost, log = world.discord.channel("general"), await world.discord.admin.create_channel("mods")
    by_name = world.discord.channel("found")
    for chosen, public in (([lost], lost), (list[str](), by_name)):
        opened = await world.discord.ui.press(panel["id"], places, manager)
        await world.discord.ui.opened(opened)
        refused = await world.discord.ui.submit(opened, lost=chosen, log=public)
        assert await world.discord.ui.answer(refused) == sentence("log_channel_for_reports", "de")
    await world.discord.admin.forbid("general", VIEW_CHANNEL, role=helpers)
    opened = await world.discord.ui.press(panel["id"], places, manager)
    await world.discord.ui.opened(opened)
    await world.discord.ui.submit(opened, lost=lost, log=log, moderators=helpers)
    await eventually(lambda: f"<@&{helpers}>" in world.discord.text(panel) or None)
    assert sentence("log_channel_open", "de", channel=f"<#{log}>") in world.discord.text(panel)
    assert sentence(
        "channels_shown_elsewhere", "de", channels=f"<#{lost}>", command=command_names("de")
    ) in world.discord.text(panel)
    handlers, kept = Handlers(world.store, NoQueue()), []
    for button in (places, ways, places):  # sent off as it was opened
        opened = await world.discord.ui.press(panel["id"], button, manager)
        await world.discord.ui.opened(opened)
        before = panel["edited_timestamp"]
        await world.discord.ui.submit(opened)
        await eventually(lambda: panel["edited_timestamp"] != before or None)  # noqa: B023 - looked at at once
        kept.append(await handlers.settings("discord", world.discord.guild_id))
        if button == ways:
            deleted = {"guild_id": world.discord.guild_id, "role_id": helpers}
            await world.discord.gateway.dispatch("GUILD_ROLE_DELETE", deleted)
    proposed = "Europe/Berlin"  # from the manager's locale: the guild's is what every new guild has
    expected = Settings(lost_channels=(lost,), log_channel=log, moderators=(helpers,), timezone=proposed)
    assert kept == [expected, expected, replace(expected, moderators=())]
    assert f"<@&{helpers}>" not in world.discord.text(panel)


async def test_a_guild_that_has_only_the_commands_reads_how_to_invite_the_bot(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    post = await world.discord.people.post("general", ann, "a bag", {"a.jpg": JPEG})
    world.discord.ui.elsewhere = "4242"
    ui = world.discord.ui
    used = [
        await ui.slash("lost", ann, "general", description="a hat"),
        await ui.slash("lost", ann, "general"),
        await ui.slash("search", ann, "general", words="a hat"),
        await ui.slash("stats", ann, "general"),
        await ui.menu("Found this", ann, post),
    ]
    for interaction in used:
        told = await ui.answer(interaction)
        assert told == sentence("bot_not_here", link=invitation(int(APPLICATION_ID)))
    assert await world.store.workspace("discord", "4242") is None
