"""Posts that change on Slack: each edit reaches its report once, in order."""

import pytest
from aiohttp import web

from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.slack_delivery import Envelope
from tests.support.slack_adapter import JPEG, World, connected_world, world_by_http
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_an_edited_post_changes_the_report_and_unchanged_words_change_nothing(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a red hat")
    await world.wait_until_acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "a red hat &amp; a scarf")
    await world.slack.settle()
    assert (await world.report()).text == "a red hat & a scarf"
    world.slack.edit(world.found, ts, "a red hat &amp; a scarf")  # as when Slack adds a preview
    await world.slack.settle()
    assert (await world.report()).text == "a red hat & a scarf"


async def edited_twice(world: World, *, unheard: bool = False) -> Envelope:
    """Edit a post to "second" and then to "third", which may go unheard; return the event of the first edit."""
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "first")
    await world.wait_until_acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "second")
    second = world.slack.delivery.envelopes[-1]
    await second.acked.wait()
    world.slack.edit(world.found, ts, "third", unheard=unheard)
    await world.slack.settle()
    return second


async def test_an_edit_that_comes_again_after_a_newer_one_changes_nothing(world: World) -> None:
    second = await edited_twice(world)
    await world.slack.tell_again(second)
    assert (await world.report()).text == "third"


async def late(world: World, edit: Envelope, sent: int) -> None:
    """Deliver an edit's event as one that the bot has not handled yet."""
    await world.slack.delivery.send_and_wait(
        Envelope(edit.kind, {**edit.payload, "event_id": "Ev-late"}, "E-late", sent=sent)
    )


@pytest.mark.parametrize("sent", [0, 1])
async def test_an_edit_that_comes_only_after_a_newer_one_changes_nothing(world: World, sent: int) -> None:
    second = await edited_twice(world)
    await late(world, second, sent)
    assert (await world.report()).text == "third"


async def test_an_edit_that_comes_again_gives_the_words_of_now(world: World) -> None:
    second = await edited_twice(world, unheard=True)
    await late(world, second, sent=1)
    assert (await world.report()).text == "third"


async def test_what_the_bot_changes_in_its_own_posts_is_no_edit_of_a_report(world: World) -> None:
    used = await world.slack.slash("lost", "a red hat", world.ada, world.lost)
    await eventually(lambda: used.answers)
    post = await world.slack.wait_for_post(world.lost, "a red hat")
    await eventually(lambda: world.slack.message(world.lost, post["ts"]))
    report = await eventually(world.report, holds=lambda report: report.target.message)
    outgoing = Outgoing("any", report.target, Reply("report_post", ((Plain("something else"),),)))
    await world.platform.edit(outgoing, Sent(world.lost, post["ts"]))
    await world.slack.settle()
    assert (await world.report()).text == "a red hat"


async def test_a_post_that_changed_before_it_could_be_taken_is_taken_as_it_is_by_then(database_url: str) -> None:
    async with world_by_http(database_url) as world:

        async def change(_: web.Request) -> web.Response:
            world.slack.edit(world.found, edited, "second words")
            world.slack.delete(world.found, deleted)
            world.slack.api.fail_next("users.info", status=503, error="service_unavailable")
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)

        world.slack.api.before_answer["users.info"] = change
        edited = world.slack.post_photo(world.found, world.ada, JPEG, "first words")
        deleted = world.slack.post_photo(world.found, world.ada, JPEG, "never mind")
        await world.wait_until_acknowledged(world.found, edited)
        await world.slack.settle()
        assert [report.text for report in await world.reports()] == ["second words"]


async def test_a_post_that_was_too_long_is_taken_once_it_was_shortened(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "x" * 5000)
    await world.slack.wait_for_reply(world.found, ts, "too long")
    world.slack.edit(world.found, ts, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    assert (await world.report()).text == "a hat"


async def test_edits_in_quick_succession_are_taken_in_their_order(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "0")
    for number in range(1, 10):
        world.slack.edit(world.found, ts, str(number))
    await world.slack.settle()
    await world.wait_for_reports()
    assert (await world.report()).text == "9"
