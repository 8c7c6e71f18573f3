"""Claims, sealed finds, moderation, settings and privacy on Discord, end to end: only Discord itself is played."""

import json
from collections.abc import AsyncIterator

import pytest

from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from tests.doubles.discord_story import Story, story
from tests.doubles.discord_town import NoQueue
from tests.doubles.pictures import drawing
from tests.running import PATIENCE


@pytest.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[Story]:
    async with story(database_url, redis_url) as told:
        await told.set_up("Channels and moderators", log=told.discord.channel("general"))
        yield told


async def matched(town: Story) -> tuple[str, str, str]:
    """Let Ada miss what Ben has found; return find, loss and the card in the loss's thread."""
    find = await town.find("red", "umbrella by the door")
    await town.says(find, "I'll keep watching")
    loss = await town.look_for("my red umbrella")
    return find, loss, await town.says(loss, "This could be yours.")


# The claim check


async def test_the_finder_decides_by_a_secret_detail_and_nothing_of_it_is_public(town: Story) -> None:
    find, loss, card = await matched(town)
    watching = await town.says(find, "I'll keep watching")
    leaving = await town.discord.press(watching, "Add a secret detail", town.ben)
    assert "keep it secret" in await town.fill_in(leaving, words="initials on the handle?")
    claiming = await town.discord.press(card, "This is mine", town.ada)
    assert "The finder will check" in await town.fill_in(claiming, words="A. L. on the handle")

    asked = await town.says(find, "says this is theirs")
    assert town.discord.pinged(town.discord.find(asked)) == {town.ben}
    assert "Only the finder" in await town.press(asked, "See their answer", town.ada)
    seeing = await town.discord.press(asked, "See their answer", town.ben)
    seen = await town.told(seeing)
    assert "initials on the handle?" in seen
    assert "A. L. on the handle" in seen
    assert "it's theirs" in await town.press(seeing.said[-1]["id"], "It matches", town.ben)
    await town.says(loss, "agrees it's yours")
    await town.shows(asked, "going back to its owner")
    public = [town.discord.text(each) for there in town.discord.messages.values() for each in there.values()]
    assert not any("A. L." in each or "initials" in each for each in public)


async def test_whoever_did_not_lose_it_cant_claim_it_and_attempts_are_counted(town: Story) -> None:
    find, _, card = await matched(town)
    refused = await town.discord.press(card, "This is mine", town.ben)
    assert "Only the person who lost it" in await town.fill_in(refused, words="mine, I swear")
    for attempt in range(3):
        claiming = await town.discord.press(card, "This is mine", town.ada)
        assert "The finder will check" in await town.fill_in(claiming, words=f"guess {attempt}")
        again = await town.discord.press(card, "This is mine", town.ada)
        assert "still has to check" in await town.fill_in(again, words="another guess")
        asked = await town.says(find, "says this is theirs")  # the earlier ones have been changed
        seeing = await town.discord.press(asked, "See their answer", town.ben)
        assert f"guess {attempt}" in await town.told(seeing)
        assert "doesn't match" in await town.press(seeing.said[-1]["id"], "It doesn't match", town.ben)
        await town.shows(asked, "didn't match")
    last = await town.discord.press(card, "This is mine", town.ada)
    assert "already tried 3 times" in await town.fill_in(last, words="one more")


async def test_not_mine_is_not_brought_up_again_and_can_be_taken_back(town: Story) -> None:
    _, _, card = await matched(town)
    assert "Only the person who lost it" in await town.press(card, "Not mine", town.ben)
    declining = await town.discord.press(card, "Not mine", town.ada)
    assert "won't suggest it again" in await town.told(declining)
    assert town.discord.buttons(declining.said[-1]) == ["This is mine"]


# Moderators


async def test_moderators_confirm_by_the_logs_button_also_where_the_thread_sleeps(town: Story) -> None:
    find, loss, card = await matched(town)
    claiming = await town.discord.press(card, "This is mine", town.ada)
    await town.fill_in(claiming, words="a scratch")
    log = await town.says(town.discord.channel("general"), "my red umbrella", "umbrella by the door")
    await town.discord.archive(loss)
    assert "Only moderators" in await town.press(log, "✅ It's back", town.ada)
    assert "it's returned" in await town.press(log, "✅ It's back", town.moderator)
    for thread in (loss, find):
        await town.says(thread, "Returned", "confirmed by", town.moderator)
        await town.discord.until(lambda: town.discord.has_reaction(thread, "✅") or None, PATIENCE)  # noqa: B023
        assert not town.discord.channels[thread]["thread_metadata"]["locked"]
        assert not town.discord.channels[thread]["thread_metadata"]["archived"]
    await town.shows(log, "confirmed by")
    assert "open again" in await town.press(log, "✅ It's back", town.moderator)
    for thread in (loss, find):
        await town.says(thread, "open again")
        await town.discord.until(lambda: not town.discord.has_reaction(thread, "✅") or None, PATIENCE)  # noqa: B023


async def test_a_role_that_was_chosen_moderates_as_long_as_a_member_has_it(town: Story) -> None:
    helpers = await town.discord.create_role("helpers")
    await town.set_up("Channels and moderators", log=town.discord.channel("general"), moderators=helpers)
    _, loss, card = await matched(town)
    await town.discord.react(card, "✅", town.ben)
    await town.discord.give_role(town.ben, helpers)
    await town.discord.unreact(card, "✅", town.ben)
    await town.discord.react(card, "✅", town.ben)
    await town.says(loss, "Returned", town.ben)
    await town.discord.take_role(town.ben, helpers)
    late = await town.find("green", "a scarf")  # handled after the reactions
    await town.says(late, "I'll keep watching")
    await town.discord.unreact(card, "✅", town.ben)  # one's own verdict may be taken back at any time
    await town.says(loss, "open again")


# Sealed finds


async def test_a_sealed_find_is_shown_to_moderators_only_until_they_release_it(town: Story) -> None:
    loss = await town.look_for("my red purse")
    await town.says(loss, "Nothing has been found")
    opening = await town.discord.slash("sealed", town.ben, "general")
    photos = {"id.jpg": drawing("red")}
    told = await town.fill_in(opening, photos, category="keys", where="bus stop", words="red, with a name tag")
    assert "only the moderators" in told
    post = await town.says(town.discord.channel("found"), "Someone found: keys", "bus stop")
    await town.says(post, "It's sealed")
    log = await town.says(town.discord.channel("general"), "my red purse", "red, with a name tag")
    public = [
        *town.discord.replies(loss),
        *town.discord.replies(post),
        *town.discord.replies(town.discord.channel("found")),
    ]
    assert not any("name tag" in town.discord.text(each) or each["attachments"] for each in public)
    assert not any("This could be yours" in town.discord.text(each) for each in public)

    assert "Only a moderator can release" in await town.press(log, "Release", town.ada)
    assert "Released" in await town.press(log, "Release", town.moderator)
    card = await town.says(loss, "This could be yours.")
    shown = town.discord.find(card)
    assert (shown["attachments"], "name tag" in town.discord.text(shown)) == ([], False)


async def test_sealing_needs_a_photo_and_a_channel_for_moderators(town: Story) -> None:
    await town.set_up("Channels and moderators", log=[])
    opening = await town.discord.slash("sealed", town.ben, "general")
    refused = await town.fill_in(opening, {"id.jpg": drawing("red")}, category="id")
    assert "need a moderator channel" in refused
    assert town.discord.replies(town.discord.channel("found")) == []


async def test_for_keys_the_bot_suggests_to_seal(town: Story) -> None:
    find = await town.find("red", "found these keys at the gate")
    await town.says(find, "shouldn't be public")


# One's own reports, numbers, privacy


async def test_mine_lists_open_reports_with_what_can_be_done(town: Story) -> None:
    assert await town.told(await town.discord.slash("mine", town.ada, "general")) == "You have no open reports."
    loss = await town.look_for("a blue cup")
    other = await town.look_for("my green scarf")
    await town.says(other, "I'll keep watching")
    listed = await town.discord.slash("mine", town.ada, "general")
    await town.discord.until(lambda: len(listed.said) == 2 or None, PATIENCE)
    cup, scarf = listed.said
    assert "a blue cup" in town.discord.text(cup)
    assert town.discord.buttons(cup) == ["Add a photo", "Add a detail", "Watch longer", "Withdraw"]
    assert "I'll keep watching until" in await town.press(cup["id"], "Watch longer", town.ada)
    adding = await town.discord.press(cup["id"], "Add a photo", town.ada)
    assert "I'll search again" in await town.fill_in(adding, {"cup.jpg": drawing("blue")})
    telling = await town.discord.press(cup["id"], "Add a detail", town.ada)
    assert "I'll search again" in await town.fill_in(telling, words="with a chip")
    await town.shows(loss, "with a chip")
    assert "isn't your report" in await town.press(scarf["id"], "Withdraw", town.ben)
    assert "deleted what I knew" in await town.press(scarf["id"], "Withdraw", town.ada)
    await town.shows(other, "This report has ended")
    await town.discord.until(lambda: "scarf" not in town.discord.channels[other]["name"] or None, PATIENCE)


async def test_privacy_hands_everything_over_and_deletes_it(town: Story) -> None:
    loss = await town.look_for("a blue cup", drawing("blue"))
    await town.says(loss, "I'll keep watching")
    asking = await town.discord.slash("privacy", town.ada, "general")
    await town.told(asking)
    [answer] = asking.said
    [file] = answer["attachments"]
    known = json.loads(town.discord.files[file["url"].removeprefix(f"http://{town.discord.file_host}")])
    assert (file["filename"], known["reports"][0]["text"]) == ("reunite.json", "a blue cup")
    assert known["reports"][0]["photos"][0]["jpeg"]
    assert "1 report" in await town.press(answer["id"], "Delete all my data", town.ada)
    await town.shows(loss, "This report has ended")
    assert await town.told(await town.discord.slash("mine", town.ada, "general")) == "You have no open reports."


async def test_numbers_are_for_everyone_and_the_setup_for_managers(town: Story) -> None:
    await town.says(await town.find("red", "umbrella"), "I'll keep watching")
    assert "1 find is waiting" in await town.told(await town.discord.slash("stats", town.ada, "general"))
    for command in ("setup", "link", "unlink"):
        refused = await town.told(await town.discord.slash(command, town.ada, "general"))
        assert refused == "Only a moderator can do that."


async def test_the_setup_is_shown_and_changed(town: Story) -> None:
    panel = await town.set_up("Language and rules", language="de", reports="private", sealed=["keys"], keep_days="30")
    assert "Deutsch" in panel
    assert "30" in panel
    assert f"<#{town.discord.channel('found')}>" in panel
    assert "between 1 and 365" in await town.set_up("Language and rules", keep_days="999")
    twice = town.discord.channel("lost")
    assert "not for both" in await town.set_up("Channels and moderators", found=twice, lost=twice)
    find = await town.find("red", "Schirm")
    await town.says(find, "Danke!")
    assert town.discord.channels[find]["name"] == "Gefunden: Schirm"
    opening = await town.discord.slash("lost", town.ada, "general")
    await town.discord.opened(opening)
    [seen] = [each["component"] for each in opening.modal["components"] if each["component"]["custom_id"] == "seen"]  # type: ignore[index]
    assert [each["value"] for each in seen["options"] if each["default"]] == ["private"]


async def test_a_code_links_no_server_with_itself(town: Story) -> None:
    making = await town.discord.slash("link", town.manager, "general")
    code = (await town.told(making)).split("code is ")[1].split(".")[0]
    wrong = await town.discord.slash("link", town.manager, "general", code="NOTACODE12")
    assert "isn't valid" in await town.told(wrong)
    assert "isn't valid" in await town.told(await town.discord.slash("link", town.manager, "general", code=code))
    assert "Unlinked" in await town.told(await town.discord.slash("unlink", town.manager, "general"))


async def test_a_code_links_the_server_with_a_community_elsewhere_once(town: Story, database_url: str) -> None:
    async with Store(database_url) as store:
        elsewhere = Handlers(store, NoQueue())
        await elsewhere.join(JoinWorkspace("web", "page", "The page"))
        made = await elsewhere.link_code("web", "page")
        assert "Linked" in await town.told(await town.discord.slash("link", town.manager, "general", code=made))
        page, server = (
            await store.workspace("web", "page"),
            await store.workspace("discord", town.discord.guild_id),
        )
        assert page
        assert server
        assert page.community == server.community
        assert "isn't valid" in await town.told(await town.discord.slash("link", town.manager, "general", code=made))
        assert "Unlinked" in await town.told(await town.discord.slash("unlink", town.manager, "general"))
        making = await town.discord.slash("link", town.manager, "general")
        await elsewhere.link("web", "page", (await town.told(making)).split("code is ")[1].split(".")[0])
