"""The modals of reports on Slack: `/lost` alone, `/found`, sealed found reports and shortcuts."""

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.language import sentence, words_in
from reunite.messages import wording
from reunite.messages.keys import ReplyKey
from tests.doubles.slack import BOT_USER, TEAM, SlackDouble, shown
from tests.doubles.slack_blocks import buttons, words_of
from tests.support.far_zone import day_in, far_zone
from tests.support.slack_adapter import JPEG, World, connected_world, world_on
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_lost_alone_opens_a_modal_whose_report_has_all_that_was_filled_in(world: World) -> None:
    zone = far_zone()
    yesterday = day_in(zone, ago=1)
    world.slack.members[world.ada]["tz"] = zone
    await world.slack.slash("lost", " ", world.ada, world.general)
    modal = await world.slack.ui.modal(world.ada, sentence("form_lost"))
    photos = [world.slack.api.files.add(world.ada, f"{number}.jpg", JPEG) for number in range(2)]
    await world.slack.ui.submit(modal, world.ada, words="my hat", where="library", when="yesterday", photos=photos)
    [report] = await world.wait_for_reports()
    assert (report.kind, report.text, report.place, report.private) == ("lost", "my hat", "library", False)
    assert report.happened_at
    assert report.happened_on in {yesterday, day_in(zone, ago=1)}
    assert report.posted_at
    assert [photo.name for photo in await world.photos(report)] == ["0.jpg", "1.jpg"]
    answer = await world.slack.ui.modal(world.ada, f"<#{world.lost}>")
    assert words_of(answer["blocks"]) == sentence("looking_in", channel=f"<#{world.lost}>")
    post = await world.slack.wait_for_post(world.lost, "my hat")
    assert "library" in shown(post)
    await world.slack.slash("lost", "sealed", world.ben, world.general)
    await world.slack.ui.modal(world.ben, sentence("form_lost"))


@pytest.mark.parametrize(
    ("callback", "title"),
    [("report_lost", "form_lost"), ("report_found", "form_found"), ("report_sealed", "form_sealed")],
)
async def test_the_global_shortcuts_open_the_same_modals(world: World, callback: str, title: str) -> None:
    moderated = Settings(log_channel=world.slack.admin.add_channel("mods"))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=moderated))
    await world.slack.ui.shortcut(callback, world.ada)
    await world.slack.ui.modal(world.ada, sentence(title))


async def test_a_modal_that_is_sent_three_times_is_one_report(world: World) -> None:
    await world.slack.ui.shortcut("report_lost", world.ada)
    modal = await world.slack.ui.modal(world.ada)
    sent = await world.slack.ui.submit(modal, world.ada, words="my hat")
    for _ in range(2):
        await world.slack.tell_again(sent)
    assert len(await world.reports()) == 1


async def test_a_correctable_error_is_shown_at_its_field_and_the_modal_stays(world: World) -> None:
    await world.slack.slash("lost", "", world.ada, world.lost)
    modal = await world.slack.ui.modal(world.ada)
    paper = world.slack.api.files.add(world.ada, "form.pdf", b"%PDF") | {"mimetype": "application/pdf"}
    for filled, errors in (
        ({}, {"words": sentence("empty_report")}),
        ({"words": "a hat", "photos": [paper]}, {"photos": sentence("photo_not_an_image", name="form.pdf")}),
    ):
        sent = await world.slack.ui.submit(modal, world.ada, **filled)
        assert (sent.ack or {})["payload"] == {"response_action": "errors", "errors": errors}
    assert await world.reports() == []
    await world.slack.ui.submit(modal, world.ada, words="a hat")
    assert len(await world.reports()) == 1


async def test_a_report_with_an_unreadable_time_is_kept(world: World) -> None:
    await world.slack.slash("lost", "", world.ada, world.lost)
    modal = await world.slack.ui.modal(world.ada)
    sent = await world.slack.ui.submit(modal, world.ada, words="a hat", when="some day <3")
    [report] = await world.wait_for_reports()
    assert (report.text, report.happened_at) == ("a hat\nsome day <3", None)
    assert sentence("when_kept", when="some day &lt;3") in str(sent.ack)


async def test_a_private_report_is_answered_in_direct_messages_and_shown_nowhere_else(world: World) -> None:
    await world.slack.slash("lost", "", world.ada, world.lost)
    modal = await world.slack.ui.modal(world.ada)
    await world.slack.ui.submit(modal, world.ada, words="my diary", seen="private")
    [report] = await world.wait_for_reports()
    direct = world.slack.direct(world.ada)
    assert (report.private, report.target.channel) == (True, direct)
    post = await world.slack.wait_for_post(direct, "my diary")
    report = await eventually(world.report, holds=lambda report: report.target.message)
    assert report.target.message == post["ts"]
    everywhere = [messages for channel, messages in world.slack.messages.items() if channel != direct]
    assert "my diary" not in str(everywhere)


@pytest.mark.parametrize("way", ["form", "command"])
async def test_a_private_report_is_answered_in_its_authors_language(world: World, way: str) -> None:
    eva = world.slack.admin.add_member("Eva", locale="de-DE")
    settings = Settings(private_reports=way == "command")
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
    await world.slack.slash("lost", "my diary" if way == "command" else "", eva, world.lost)
    if way == "form":
        modal = await world.slack.ui.modal(eva)
        await world.slack.ui.submit(modal, eva, words="my diary", seen="private")
    direct = world.slack.direct(eva)
    post = await world.slack.wait_for_post(direct, "my diary")
    assert sentence("looking_yourself", "de") in shown(post)
    report = await eventually(world.report, holds=lambda report: report.target.message)
    async with world.store.session(report.community) as session:
        await session.outbox.post(report.id, ReplyKey("what"), wording.what_is_it(report))
    [asked] = await eventually(lambda: world.slack.thread(direct, post["ts"]))
    assert "Was ist es?" in shown(asked)
    [*_, withdraw] = buttons(asked["blocks"])
    assert withdraw["confirm"]["text"]["text"] == words_in("de").page["withdraw_sure"]


async def test_a_sealed_report_is_shown_by_its_kind_alone(world: World) -> None:
    log = world.slack.admin.add_channel("mods")
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=log)))
    await world.slack.slash("found", "sealed Jane Roe", world.ada, world.general)
    modal = await world.slack.ui.modal(world.ada, sentence("form_sealed"))
    assert "'initial_value': 'Jane Roe'" in str(modal)
    assert await world.reports() == []
    photo = world.slack.api.files.add(world.ada, "card.jpg", JPEG)
    filled = {"words": "Jane Roe", "category": "card", "where": "pool", "photos": [photo], "proof_question": "PIN 1234"}
    sent = await world.slack.ui.submit(modal, world.ada, **filled)
    assert sentence("sealed_kept") in str((sent.ack or {})["payload"]["view"])
    [report] = await world.wait_for_reports()
    assert (report.sealed, report.category, report.text) == (True, "card", "Jane Roe")
    post = await world.slack.wait_for_post(world.found, sentence("category_card"))
    assert "pool" in shown(post)
    public = str([world.slack.messages[channel] for channel in (world.found, world.lost, world.general)])
    assert not any(word in public for word in ("Jane Roe", "1234", "card.jpg", "Ada"))


async def test_without_a_channel_for_moderators_nobody_fills_in_a_sealed_report_in_vain(world: World) -> None:
    await world.slack.ui.shortcut("report_sealed", world.ada)
    assert not (await world.slack.ui.modal(world.ada, sentence("sealed_needs_log"))).get("callback_id")
    used = await world.slack.slash("found", "sealed", world.ben, world.general)
    assert (await eventually(lambda: used.answers))[0]["text"] == sentence("sealed_needs_log")


async def test_nobody_seals_while_the_bot_is_not_in_the_moderator_channel_and_moderators_learn_why(
    world: World,
) -> None:
    log = world.slack.admin.add_channel("mods", private=True)
    chosen = ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=log))
    await world.handlers.set_up(chosen)
    warning = sentence("home_log_closed", channel=f"<#{log}>")
    open_to_all = sentence("log_channel_open", channel=f"<#{log}>")
    for is_private in (False, True):
        world.slack.channels[log]["is_private"] = is_private
        await world.slack.tell({"type": "channel_rename", "channel": {"id": log, "name": "mods"}}).acked.wait()
        home = str(await world.slack.ui.open_home(world.admin))
        assert (open_to_all in home, warning in home) == (not is_private, False)
    world.slack.channels[log]["is_member"] = False
    await world.slack.tell({"type": "group_left", "channel": log, "actor_id": world.admin}).acked.wait()
    world.slack.api.fail_next("conversations.info", 503, "service_unavailable")
    assert sentence("home_moderators") in str(await world.slack.ui.open_home(world.admin))
    await eventually(lambda: world.slack.ui.open_home(world.admin), holds=lambda home: warning in str(home))
    assert warning not in str(await world.slack.ui.open_home(world.ada))
    used = await world.slack.slash("found", "sealed", world.ben, world.general)
    assert (await eventually(lambda: used.answers))[0]["text"] == sentence("sealed_log_closed")
    world.slack.admin.invite_bot(log)
    await eventually(lambda: world.slack.ui.open_home(world.admin), holds=lambda home: warning not in str(home))
    await world.slack.slash("found", "sealed", world.ben, world.general)
    modal = await world.slack.ui.modal(world.ben, sentence("form_sealed"))
    world.slack.channels[log]["is_member"] = False
    await world.slack.tell({"type": "group_left", "channel": log, "actor_id": world.admin}).acked.wait()
    await eventually(lambda: world.slack.ui.open_home(world.admin), holds=lambda home: warning in str(home))
    photo = world.slack.api.files.add(world.ben, "passport.jpg", JPEG)
    sent = await world.slack.ui.submit(modal, world.ben, category="id", photos=[photo])
    assert sentence("sealed_log_closed") in str((sent.ack or {})["payload"]["errors"])
    assert await world.reports() == []


async def test_without_a_channel_for_moderators_nothing_can_be_sealed(world: World) -> None:
    log = world.slack.admin.add_channel("mods")
    chosen, none = (
        ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=one)) for one in (log, None)
    )
    await world.handlers.set_up(chosen)
    await world.slack.ui.shortcut("report_sealed", world.ada)
    modal = await world.slack.ui.modal(world.ada)
    await world.handlers.set_up(none)
    photo = world.slack.api.files.add(world.ada, "card.jpg", JPEG)
    sent = await world.slack.ui.submit(modal, world.ada, category="id", photos=[photo])
    assert sentence("sealed_needs_log") in str((sent.ack or {})["payload"]["errors"])
    assert await world.reports() == []


async def test_a_modal_whose_work_takes_long_is_acknowledged_in_time_and_shows_the_outcome_later(
    database_url: str,
) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        await slack.slash("lost", "", world.ada, world.lost)
        modal = await slack.ui.modal(world.ada)
        slack.api.delays["users.info"] = 3.5  # longer than Slack waits for an acknowledgement
        sent = await slack.ui.submit(modal, world.ada, words="a hat")
        await slack.settle()
        assert sent.in_time
        assert words_of((sent.ack or {})["payload"]["view"]["blocks"]) == sentence("one_moment")
        await slack.ui.modal(world.ada, f"<#{world.lost}>")
        assert len(await world.reports()) == 1


async def test_modals_and_their_errors_are_in_the_users_language(world: World) -> None:
    uma = world.slack.admin.add_member("Uma", locale="fr-CA")
    await world.slack.slash("lost", "", uma, world.lost)
    modal = await world.slack.ui.modal(uma, sentence("form_lost", "fr"))
    sent = await world.slack.ui.submit(modal, uma)
    assert (sent.ack or {})["payload"]["errors"] == {"words": sentence("empty_report", "fr")}
    await world.slack.ui.submit(modal, uma, words="mon chapeau")
    await world.slack.ui.modal(uma, sentence("looking_in", "fr", channel=f"<#{world.lost}>"))


async def test_a_modal_opens_only_for_the_person_who_asked(world: World) -> None:
    await world.slack.slash("lost", "", world.ada, world.lost)
    await world.slack.ui.modal(world.ada)
    assert {view["user"] for view in world.slack.ui.views.values()} == {world.ada}
    assert all(message["user"] != BOT_USER for message in world.slack.messages[world.lost])
