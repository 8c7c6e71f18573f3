"""What members post on Slack becomes reports in real PostgreSQL, by the unmodified client against the double."""

from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web

from bot.slack.events import NOT_INSTALLED
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReportKind, ReportState, Settings
from reunite.language import sentence
from reunite.messages import keys
from reunite.messages.reply import Plain, Reply
from tests.doubles.slack import BOT_USER, TEAM
from tests.doubles.slack_api import BOT_TOKEN
from tests.support.slack_adapter import JPEG, World, connected_world, world_by_http
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_a_photo_in_found_is_a_report_and_then_gets_eyes(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a &lt;red&gt; hat, ask <@U1|bob>")
    await world.wait_until_acknowledged(world.found, ts)
    report = await world.report()
    assert (report.kind, report.text, report.author.name) == ("found", "a <red> hat, ask @bob", "Ada")
    assert (report.target.workspace, report.target.channel, report.target.message) == (TEAM, world.found, ts)
    assert report.address == f"https://{world.slack.teams[TEAM].name.lower()}.slack.com/"
    assert report.posted_at == datetime.fromtimestamp(float(ts), UTC)
    [photo] = await world.photos(report)
    assert photo.url
    async with ClientSession() as browser:
        async with browser.get(photo.url) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        async with browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file:
            assert await file.read() == JPEG


async def test_an_event_that_could_not_be_written_down_comes_again(database_url: str) -> None:
    async with world_by_http(database_url) as world:
        world.slack.api.fail_next("users.info", status=503, error="service_unavailable")
        ts = world.slack.post_photo(world.found, world.ada, JPEG)
        await world.wait_until_acknowledged(world.found, ts)
        assert len(await world.reports()) == 1
        assert world.slack.delivery.envelopes[0].sent == 2


async def test_a_post_gets_eyes_even_after_long_trouble(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.background._RETRY_SECONDS", 0.0)
    world.slack.api.fail_next("reactions.add", status=503, error="service_unavailable")
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG))


@pytest.mark.parametrize("way", ["dropped", "asked", "refused"])
async def test_a_connection_lost_in_mid_envelope_loses_and_doubles_nothing(world: World, way: str) -> None:
    async def cut(_: web.Request) -> None:
        world.slack.delivery.refused_connections = 2 if way == "refused" else 0
        await (world.slack.delivery.ask_to_reconnect() if way == "asked" else world.slack.delivery.drop_connections())

    world.slack.api.before_answer["users.info"] = cut
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.wait_until_acknowledged(world.found, ts)
    await world.slack.settle()
    assert world.slack.delivery.connections >= 2
    assert world.slack.delivery.envelopes[0].acked.is_set()
    assert len(await world.reports()) == 1


async def test_bots_threads_other_channels_and_other_files_are_left_alone(world: World) -> None:
    slack = world.slack
    general = next(channel["id"] for channel in slack.channels.values() if channel["name"] == "general")
    slack.post_photo(world.found, world.ada, JPEG, bot_id="B1")
    slack.post_photo(world.found, BOT_USER, JPEG)
    slack.post_photo(general, world.ada, JPEG)
    root = slack.post(world.found, world.ada, "no photo")
    slack.post_photo(world.found, world.ada, JPEG, thread_ts=root)
    paper = {"id": "F1", "name": "form.pdf", "mimetype": "application/pdf", "url_private": "https://files.slack.com/f"}
    slack.post(world.found, world.ada, "", files=[paper])
    await slack.settle()
    assert await world.reports() == []
    assert slack.calls_of("reactions.add") == []


async def test_a_text_that_is_too_long_is_answered_once_in_the_thread(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "x" * 5000)
    await world.slack.wait_for_reply(world.found, ts, "too long")
    await world.slack.tell_again(world.slack.delivery.envelopes[0])
    await world.slack.settle()
    assert len(world.slack.thread(world.found, ts)) == 1


async def test_words_of_a_loss_that_are_too_long_are_offered_once_they_are_shorter(world: World) -> None:
    words = "I lost my red hat on the bus. "
    ts = world.slack.post(world.found, world.ada, words * 150)
    await world.slack.wait_for_reply(world.found, ts, "too long")
    world.slack.edit(world.found, ts, words)
    await world.slack.wait_for_reply(world.found, ts, sentence("offer"))
    world.slack.edit(world.found, ts, "I found a red hat on the bus")
    await world.slack.wait_for_reply(world.found, ts, sentence("offer_found"))


async def test_a_photo_of_anothers_thread_that_is_sent_to_the_channel_is_answered(world: World) -> None:
    post = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.wait_until_acknowledged(world.found, post)
    world.slack.post_photo(world.found, world.ben, JPEG, thread_ts=post, subtype="thread_broadcast")
    await world.slack.wait_for_reply(world.found, post, sentence("photo_in_thread"))
    report, told = await world.report(), len(world.slack.thread(world.found, post))
    async with world.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.RETURNED)
    world.slack.post_photo(world.found, world.ada, JPEG, "got it back!", thread_ts=post, subtype="thread_broadcast")
    talk = world.slack.post(world.found, world.ada, "hello")
    world.slack.post_photo(world.found, world.ada, JPEG, thread_ts=talk, subtype="thread_broadcast")
    await world.slack.wait_for_reply(world.found, talk, sentence("photo_in_thread"))
    assert len(world.slack.thread(world.found, post)) == told + 1, "the photo alone"


@pytest.mark.parametrize("heard", [True, False])
async def test_a_post_that_the_bot_hears_of_after_its_deletion_is_not_kept(world: World, *, heard: bool) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "gone before", unheard=True)
    message = dict(world.slack.message(world.found, ts) or {})
    world.slack.delete(world.found, ts, unheard=not heard)
    await world.slack.settle()
    world.slack.tell({**message, "channel": world.found, "subtype": "file_share"})
    await world.slack.settle()
    if heard:
        assert await world.reports() == []
    else:
        await eventually(world.reports, holds=lambda found: [report.text for report in found] == [""])


async def test_a_post_that_turns_out_to_be_gone_when_it_is_answered_is_withdrawn(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    report = await world.report()
    world.slack.delete(world.found, ts, unheard=True)
    async with world.store.session(report.community) as session:
        await session.outbox.post(report.id, keys.watching(report.id), Reply("nothing", ((Plain("hm"),),)))
    await eventually(world.report, holds=lambda known: known.state is ReportState.WITHDRAWN)


async def test_posts_that_went_with_their_channel_are_withdrawn_and_others_are_not(world: World) -> None:
    for channel in (world.found, world.lost):
        await world.wait_until_acknowledged(channel, world.slack.post_photo(channel, world.ada, JPEG))
    chosen = Settings(found_channels=(world.found,), lost_channels=(world.lost,), log_channel=world.found)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    del world.slack.channels[world.found]
    await world.slack.tell({"type": "channel_deleted", "channel": world.found}).acked.wait()
    assert [report.state for report in await world.reports()] == [ReportState.WITHDRAWN, ReportState.PENDING]
    assert await world.settings() == Settings(lost_channels=(world.lost,))


async def test_the_bot_listens_where_it_is_invited_later(world: World) -> None:
    late = world.slack.admin.add_channel("lost-and-found", bot_inside=False)
    world.slack.admin.invite_bot(late)
    await world.slack.settle()
    ts = world.slack.post_photo(late, world.ada, JPEG)
    await world.wait_until_acknowledged(late, ts)
    assert (await world.report()).target.channel == late
    await world.wait_until_acknowledged(late, world.slack.post_photo(late, world.ada, JPEG, "I lost my grey hoodie"))
    assert [report.kind for report in await world.reports()] == [ReportKind.FOUND] * 2


async def test_people_of_another_organisation_report_as_members_do_and_never_moderate(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", admin=True, team="T0OTHER")
    ts = world.slack.post_photo(world.found, eve, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    [photo] = await world.photos(await world.report())
    assert photo.url
    async with (
        ClientSession() as browser,
        browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file,
    ):
        assert await file.read() == JPEG
    world.slack.delete(world.found, ts)
    used = await world.slack.slash("lost", "a hat", eve, world.lost)
    assert await eventually(lambda: [answer["text"] for answer in used.answers]) == [NOT_INSTALLED]
    await world.slack.settle()
    _, _, match, card = await world.card()
    await world.slack.react(card.channel, card.message, "white_check_mark", eve).acked.wait()
    report, *_ = await world.reports()
    assert await world.match_state(match, report.community) is MatchState.UNDECIDED


async def test_a_post_of_another_organisation_whose_photo_is_gone_by_then_hinders_nothing(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", team="T0OTHER")
    world.slack.api.fail_next("files.info", error="file_not_found")
    world.slack.post_photo(world.found, eve, JPEG, "a hat")
    await world.slack.settle()
    assert all(envelope.acked.is_set() for envelope in world.slack.delivery.envelopes)
    assert await world.reports() == []
