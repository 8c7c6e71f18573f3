"""Private and sealed reports, claims, edits and moderators on Slack, with the real worker."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from reunite.language import sentence
from tests.doubles.pictures import drawing
from tests.doubles.slack import shown
from tests.doubles.slack_blocks import buttons
from tests.doubles.slack_town import SlackTown, slack_town


@pytest.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[SlackTown]:
    async with slack_town(database_url, redis_url) as opened:
        yield opened


def public(town: SlackTown) -> str:
    """What everybody can read."""
    return str([town.slack.messages[channel] for channel in (town.found, town.lost)])


async def test_a_private_loss_is_matched_and_told_to_its_author_alone(town: SlackTown) -> None:
    await town.set_up(log_channel=town.mods)
    find = town.find("red", "umbrella by the door")
    await town.reply(town.found, find, "Nobody has reported it missing yet")
    await town.slack.slash("lost", "", town.ada, town.lost)
    modal = await town.slack.modal(town.ada)
    await town.slack.submit(modal, town.ada, words="my red umbrella with a diary", seen="private")
    direct = town.slack.direct(town.ada)
    post = await town.slack.wait_for_post(direct, "my red umbrella with a diary")
    card = await town.reply(direct, post["ts"], "This could be yours.")
    assert [each["text"]["text"] for each in buttons(card["blocks"])] == ["This is mine", "Not mine"]
    line = await town.slack.wait_for_post(town.mods, "my red umbrella with a diary")
    assert "diary" not in public(town)
    await town.slack.react(town.mods, line["ts"], "white_check_mark", town.moderator).acked.wait()
    await town.reply(direct, post["ts"], "Returned")


async def test_a_sealed_find_stays_hidden_until_a_moderator_releases_it(town: SlackTown) -> None:
    await town.set_up(log_channel=town.mods)
    loss = await town.look_for("my red card")
    await town.reply(town.lost, loss, "Nothing has been found yet")
    await town.slack.slash("found", "sealed", town.ben, town.found)
    modal = await town.slack.modal(town.ben)
    photo = town.slack.api.files.add(town.ben, "card.jpg", drawing("red"))
    await town.slack.submit(modal, town.ben, category="card", photos=[photo], words="red card of Jane Roe")
    line = await town.slack.wait_for_post(town.mods, "Jane Roe")
    assert "This could be yours." not in str(town.slack.thread(town.lost, loss))
    pressed = await town.slack.press(town.mods, line["ts"], "Release", town.ada)
    await town.slack.until(lambda: pressed.answers)
    assert pressed.answers[0]["text"] == sentence("only_moderators_release")
    assert "This could be yours." not in str(town.slack.thread(town.lost, loss))
    await town.slack.press(town.mods, line["ts"], "Release", town.moderator)
    card = await town.card(loss)
    assert "Jane Roe" not in public(town)
    assert not [block for block in card["blocks"] if block["type"] == "image"]


async def claim(town: SlackTown, card: dict[str, Any], words: str) -> None:
    await town.slack.press(town.lost, card["ts"], "This is mine", town.ada)
    modal = await town.slack.modal(town.ada, "Is it yours?")
    await town.slack.submit(modal, town.ada, words=words)
    await town.slack.modal(town.ada, "The finder will check")


async def decide(town: SlackTown, channel: str, message: dict[str, Any], words: str, decision: str) -> None:
    seen = await town.slack.press(channel, message["ts"], "See their answer", town.ben)
    await town.slack.until(lambda: seen.answers)
    assert words in shown(seen.answers[0])
    await town.slack.press_whisper({"channel": channel, **seen.answers[0]}, decision, town.ben)


async def test_a_claim_goes_from_the_loser_by_the_finder_to_the_moderator(town: SlackTown) -> None:
    find = town.find("red", "umbrella by the door")
    loss = await town.look_for("my red umbrella")
    card = await town.card(loss)
    await claim(town, card, "a wooden handle")
    told = await town.reply(town.found, find, "says this is theirs")
    await decide(town, town.found, told, "a wooden handle", "It doesn't match")
    await town.reply(town.lost, loss, "You have 2 tries left.")
    await claim(town, card, "my initials A.L.")
    told = (await town.slack.until(lambda: _claims(town, find)))[-1]
    await decide(town, town.found, told, "my initials A.L.", "It matches")
    await town.reply(town.lost, loss, "agrees it's yours")
    assert "initials" not in public(town)
    town.slack.react(town.lost, card["ts"], "white_check_mark", town.moderator)
    await town.reply(town.found, find, "Returned, confirmed by Mo")


def _claims(town: SlackTown, find: str) -> list[dict[str, Any]]:
    """The open claims in a find's thread, where there are two by now."""
    thread = [each for each in town.slack.thread(town.found, find) if "theirs" in shown(each)]
    return thread if len(thread) == 2 else []


async def test_an_edited_find_is_matched_by_its_new_words(town: SlackTown) -> None:
    loss = await town.look_for("umbrella from Zanzibar")
    await town.reply(town.lost, loss, "Nothing has been found yet")
    find = town.slack.post_photo(town.found, town.ben, drawing("blue"), "scarf")
    await town.slack.until(lambda: town.slack.thread(town.found, find))
    town.slack.edit(town.found, find, "umbrella from Zanzibar")

    def cards() -> str:
        return "".join(shown(each) for each in town.slack.thread(town.lost, loss) if "could be yours" in shown(each))

    await town.slack.until(lambda: "\numbrella from Zanzibar\n" in cards() and "\nscarf\n" not in cards())


async def test_a_deleted_find_takes_its_quote_and_picture_from_the_losers_thread(town: SlackTown) -> None:
    find = town.find("red", "umbrella by the door")
    loss = await town.look_for("my red umbrella")
    card = await town.card(loss)
    town.slack.delete(town.found, find)
    await town.slack.until(lambda: "by the door" not in str(town.slack.message(town.lost, card["ts"])))
    await town.slack.until(lambda: "by the door" not in public(town))


async def test_everything_is_said_in_the_language_that_was_set_up(town: SlackTown) -> None:
    await town.set_up(language="de")
    find = town.find("red", "Schirm")
    await town.slack.until(lambda: town.slack.thread(town.found, find))
    [answer] = town.slack.thread(town.found, find)
    assert shown(answer).split(".")[0] in sentence("nobody_misses", "de", until="")
