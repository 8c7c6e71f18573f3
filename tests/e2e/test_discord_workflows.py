"""Claims, sealed found reports, moderation, settings and privacy on Discord, end to end on the double."""

import json
from collections.abc import AsyncIterator
from copy import deepcopy

import pytest

from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from tests.support.discord_world import DiscordWorld, discord_world
from tests.support.pictures import drawing
from tests.support.queues import NoQueue
from tests.support.waiting import eventually


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[DiscordWorld]:
    async with discord_world(database_url, redis_url) as world:
        await world.set_up("Channels and moderators", log=world.discord.channel("general"))
        yield world


async def matched(world: DiscordWorld) -> tuple[str, str, str]:
    """Let Ada miss what Ben has found; return found report, lost report and the card in the lost report's thread."""
    found = await world.post_found("red", "umbrella by the door")
    await world.wait_for_reply(found, "I'll keep watching")
    lost = await world.report_lost("my red umbrella")
    return found, lost, await world.wait_for_reply(lost, "This could be yours.")


# The claim check


async def test_a_wrong_claimant_is_rejected_and_attempts_are_counted(world: DiscordWorld) -> None:
    found, _, card = await matched(world)
    assert "Only the person who lost it" in await world.press(card, "This is mine", world.ben)
    for attempt in range(3):
        seen = deepcopy(world.discord.message(card))
        claiming = await world.discord.ui.press(card, "This is mine", world.ada)
        assert "The finder will check" in await world.fill_in(claiming, words=f"guess {attempt}")
        again = await world.discord.ui.press(card, "This is mine", world.ada, seen)  # before the card has changed
        assert "still has to check" in await world.private_answer(again)
        asked = await world.wait_for_reply(found, "says this is theirs")  # the earlier ones have been changed
        seeing = await world.discord.ui.press(asked, "See their answer", world.ben)
        assert f"guess {attempt}" in await world.private_answer(seeing)
        assert "doesn't match" in await world.press(seeing.responses[-1]["id"], "It doesn't match", world.ben)
        await world.wait_until_shown(asked, "didn't match")
        if attempt < 2:
            await eventually(lambda: "This is mine" in world.discord.buttons(world.discord.message(card)))
    await world.wait_until_shown(card, "You have no tries left")
    assert "This is mine" not in world.discord.buttons(world.discord.message(card))


# Moderators


async def test_moderators_confirm_by_the_logs_button_also_where_the_thread_sleeps(world: DiscordWorld) -> None:
    found, lost, card = await matched(world)
    claiming = await world.discord.ui.press(card, "This is mine", world.ada)
    await world.fill_in(claiming, words="a scratch")
    log = await world.wait_for_reply(world.discord.channel("general"), "my red umbrella", "umbrella by the door")
    await world.discord.admin.archive(lost)
    assert "Only moderators" in await world.press(log, "✅ It's back", world.ada)
    assert "it's returned" in await world.press(log, "✅ It's back", world.moderator)
    for thread in (lost, found):
        await world.wait_for_reply(thread, "Returned", "confirmed by", world.moderator)
        await eventually(lambda: world.discord.people.has_reaction(thread, "✅") or None)  # noqa: B023
        assert not world.discord.channels[thread]["thread_metadata"]["locked"]
        assert not world.discord.channels[thread]["thread_metadata"]["archived"]
    await world.wait_until_shown(log, "confirmed by")
    assert "open again" in await world.press(log, "✅ It's back", world.moderator)
    for thread in (lost, found):
        await world.wait_for_reply(thread, "open again")
        await eventually(lambda: not world.discord.people.has_reaction(thread, "✅") or None)  # noqa: B023


async def test_a_role_that_was_chosen_moderates_as_long_as_a_member_has_it(world: DiscordWorld) -> None:
    helpers = await world.discord.admin.create_role("helpers")
    await world.set_up("Channels and moderators", log=world.discord.channel("general"), moderators=helpers)
    _, lost, card = await matched(world)
    await world.discord.people.react(card, "✅", world.ben)
    await world.discord.admin.give_role(world.ben, helpers)
    await world.discord.people.unreact(card, "✅", world.ben)
    await world.discord.people.react(card, "✅", world.ben)
    await world.wait_for_reply(lost, "Returned", world.ben)
    await world.discord.admin.take_role(world.ben, helpers)
    late = await world.post_found("green", "a scarf")  # handled after the reactions
    await world.wait_for_reply(late, "I'll keep watching")
    await world.discord.people.unreact(card, "✅", world.ben)  # a moderator may withdraw a verdict at any time
    await world.wait_for_reply(lost, "open again")


# Sealed found reports


async def test_a_sealed_report_is_shown_to_moderators_only_until_they_release_it(world: DiscordWorld) -> None:
    lost = await world.report_lost("my red purse")
    await world.wait_for_reply(lost, "There was nothing to compare")
    opening = await world.discord.ui.slash("sealed", world.ben, "general")
    photos = {"id.jpg": drawing("red")}
    answer = await world.fill_in(opening, photos, category="keys", where="bus stop", words="red, with a name tag")
    assert "only the moderators" in answer
    post = await world.wait_for_reply(world.discord.channel("found"), "Someone found: keys", "bus stop")
    await world.wait_for_reply(post, "It's sealed")
    assert world.discord.channels[post]["name"] == "Found: keys"
    log = await world.wait_for_reply(world.discord.channel("general"), "my red purse", "red, with a name tag")
    public = [
        *world.discord.replies(lost),
        *world.discord.replies(post),
        *world.discord.replies(world.discord.channel("found")),
    ]
    assert not any("name tag" in world.discord.text(message) or message["attachments"] for message in public)
    assert not any("This could be yours" in world.discord.text(message) for message in public)

    assert "Only a moderator can release" in await world.press(log, "Release", world.ada)
    assert "Released" in await world.press(log, "Release", world.moderator)
    card = await world.wait_for_reply(lost, "This could be yours.")
    shown = world.discord.message(card)
    assert (shown["attachments"], "name tag" in world.discord.text(shown)) == ([], False)


async def test_sealing_needs_a_channel_for_moderators(world: DiscordWorld) -> None:
    opening = await world.discord.ui.slash("sealed", world.ben, "general")
    await world.discord.ui.opened(opening)
    await world.set_up("Channels and moderators", log=[])
    refused = await world.fill_in(opening, {"id.jpg": drawing("red")}, category="id")
    assert "need a moderator channel" in refused
    assert world.discord.replies(world.discord.channel("found")) == []


async def test_for_keys_the_bot_suggests_to_seal(world: DiscordWorld) -> None:
    found = await world.post_found("red", "found these keys at the gate")
    await world.wait_for_reply(found, "shouldn't be public")


# A member's reports, numbers, privacy


async def test_mine_lists_open_reports_with_what_can_be_done(world: DiscordWorld) -> None:
    assert (
        await world.private_answer(await world.discord.ui.slash("mine", world.ada, "general"))
        == "You have no open reports."
    )
    lost = await world.report_lost("a blue cup")
    other = await world.report_lost("my green scarf")
    await world.wait_for_reply(other, "I'll keep watching")
    listed = await world.discord.ui.slash("mine", world.ada, "general")
    await eventually(lambda: len(listed.responses) == 2 or None)
    cup, scarf = listed.responses
    assert "a blue cup" in world.discord.text(cup)
    assert world.discord.buttons(cup) == ["Add a photo", "Add a detail", "Watch longer", "Withdraw"]
    assert "I'll keep watching until" in await world.press(cup["id"], "Watch longer", world.ada)
    adding = await world.discord.ui.press(cup["id"], "Add a photo", world.ada)
    assert "I'll search again" in await world.fill_in(adding, {"cup.jpg": drawing("blue")})
    telling = await world.discord.ui.press(cup["id"], "Add a detail", world.ada)
    assert "I'll search again" in await world.fill_in(telling, words="with a chip")
    await world.wait_until_shown(lost, "with a chip")
    assert "isn't your report" in await world.press(scarf["id"], "Withdraw", world.ben)
    gone = await world.discord.ui.press_and_confirm(scarf["id"], "Withdraw", world.ada)
    assert "deleted what I knew" in gone
    await world.wait_until_shown(other, "This report has ended")
    await eventually(lambda: "scarf" not in world.discord.channels[other]["name"] or None)


async def test_privacy_hands_everything_over_and_deletes_it(world: DiscordWorld) -> None:
    lost = await world.report_lost("a blue cup", drawing("blue"))
    await world.wait_for_reply(lost, "I'll keep watching")
    asking = await world.discord.ui.slash("privacy", world.ada, "general")
    await world.private_answer(asking)
    [answer] = asking.responses
    [file] = answer["attachments"]
    known = json.loads(world.discord.files[file["url"].removeprefix(f"http://{world.discord.file_host}")])
    assert (file["filename"], known["reports"][0]["text"]) == ("reunite.json", "a blue cup")
    assert known["reports"][0]["photos"][0]["jpeg"]
    pressed = await world.discord.ui.press(answer["id"], "Delete all my data", world.ada)
    assert "This can't be undone." in await world.private_answer(pressed)
    [question] = pressed.responses
    await world.discord.ui.press(question["id"], "Delete all my data", world.ada)
    await eventually(lambda: "1 report" in world.discord.text(world.discord.message(question["id"])) or None)
    await world.wait_until_shown(lost, "This report has ended")
    assert (
        await world.private_answer(await world.discord.ui.slash("mine", world.ada, "general"))
        == "You have no open reports."
    )


async def test_numbers_are_for_everyone_and_the_setup_for_managers(world: DiscordWorld) -> None:
    await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
    assert "1 found item is waiting" in await world.private_answer(
        await world.discord.ui.slash("stats", world.ada, "general")
    )
    for command in ("setup", "link", "unlink"):
        refused = await world.private_answer(await world.discord.ui.slash(command, world.ada, "general"))
        assert refused == "Only a moderator can do that."


async def test_the_setup_is_shown_and_changed(world: DiscordWorld) -> None:
    panel = await world.set_up("Language and rules", language="de", reports="private", sealed=["keys"], keep_days="30")
    assert "Deutsch" in panel
    assert "30" in panel
    assert f"<#{world.discord.channel('found')}>" in panel
    assert "between 1 and 365" in await world.set_up("Language and rules", keep_days="999")
    twice = world.discord.channel("lost")
    assert "not for both" in await world.set_up("Channels and moderators", found=twice, lost=twice)
    found = await world.post_found("red", "Schirm")
    await world.wait_for_reply(found, "Danke!")
    assert world.discord.channels[found]["name"] == "Gefunden: Schirm"
    opening = await world.discord.ui.slash("lost", world.ada, "general")
    await world.discord.ui.opened(opening)
    [seen] = [
        component["component"]
        for component in opening.modal["components"]  # type: ignore[index]
        if component["component"]["custom_id"] == "seen"
    ]
    assert [option["value"] for option in seen["options"] if option["default"]] == ["private"]


async def test_a_code_links_no_server_with_itself(world: DiscordWorld) -> None:
    making = await world.discord.ui.slash("link", world.manager, "general")
    code = (await world.private_answer(making)).split("code is ")[1].split(".")[0]
    wrong = await world.discord.ui.slash("link", world.manager, "general", code="NOTACODE12")
    assert "isn't valid" in await world.private_answer(wrong)
    assert "isn't valid" in await world.private_answer(
        await world.discord.ui.slash("link", world.manager, "general", code=code)
    )
    alone = await world.discord.ui.slash("unlink", world.manager, "general")
    assert "no link" in await world.private_answer(alone)


async def test_a_code_links_the_server_with_a_community_elsewhere_once(world: DiscordWorld, database_url: str) -> None:
    async with Store(database_url) as store:
        elsewhere = Handlers(store, NoQueue())
        await elsewhere.join(JoinWorkspace("web", "page", "The page"))
        made = await elsewhere.link_code("web", "page")
        assert "Linked" in await world.private_answer(
            await world.discord.ui.slash("link", world.manager, "general", code=made)
        )
        page, server = (
            await store.workspace("web", "page"),
            await store.workspace("discord", world.discord.guild_id),
        )
        assert page
        assert server
        assert page.community == server.community
        assert "already linked" in await world.private_answer(
            await world.discord.ui.slash("link", world.manager, "general", code=made)
        )
        assert "Unlinked" in await world.unlink()
        making = await world.discord.ui.slash("link", world.manager, "general")
        await elsewhere.link("web", "page", (await world.private_answer(making)).split("code is ")[1].split(".")[0])
