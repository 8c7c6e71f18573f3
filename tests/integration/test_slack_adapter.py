"""The Slack adapter over real sockets, by the unmodified client, against the double; its reports in real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientSession, web

from bot.slack.app import running
from bot.slack.config import SlackConfig
from db.store import Store
from reunite import wording
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.model import Label, MatchState, Member, Photo, Question, ReplyTarget, Report, ReportState
from reunite.ports import Outgoing, Platform, ScoredPair, Sent
from reunite.reply import Person, Plain, Quoted, Reply
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM

JPEG = b"\xff\xd8\xff a photo"


class DeafQueue:
    """Hints go nowhere: the worker has no part here."""

    async def hint(self, work: UUID) -> None:
        del work


@dataclass
class Scene:
    """A workspace with the bot in it, and what the bot wrote down."""

    slack: SlackDouble
    store: Store
    platform: Platform
    found: str
    lost: str
    ada: str
    admin: str
    chosen: str
    """A moderator by the settings."""

    async def reports(self) -> list[Report]:
        workspace = await self.store.workspace("slack", TEAM)
        assert workspace
        async with self.store.session(workspace.community) as session:
            rows = await session._all("SELECT id FROM report ORDER BY created_at")
            found = [await session.report(row["id"]) for row in rows]
        return [report for report in found if report]

    async def report(self) -> Report:
        [report] = await self.reports()
        return report

    async def photos(self, report: Report) -> list[Photo]:
        async with self.store.session(report.community) as session:
            return list(await session.photos(report.id))

    def eyes(self, channel: str, ts: str) -> bool:
        message = self.slack.message(channel, ts)
        return message is not None and message.get("reactions", {}).get("eyes") == [BOT_USER]

    async def acknowledged(self, channel: str, ts: str) -> None:
        await self.slack.until(lambda: self.eyes(channel, ts))


def config(slack: SlackDouble, **more: Any) -> SlackConfig:
    tokens = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN}
    return SlackConfig(api_base=slack.api_base, ping_seconds=0.2, **{**tokens, **more})


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble.running(acknowledge_within=1) as double:
        yield double


@pytest.fixture
async def scene(slack: SlackDouble, database_url: str) -> AsyncIterator[Scene]:
    found, lost, *_ = (slack.add_channel(name) for name in ("found", "lost", "general"))
    ada, admin = slack.add_member("Ada"), slack.add_member("Mo", admin=True)
    chosen = slack.add_member("Cho")
    settings = config(slack, moderators=frozenset({chosen}))
    async with Store(database_url) as store, running(Handlers(store, DeafQueue()), settings) as platform:
        yield Scene(slack, store, platform, found, lost, ada, admin, chosen)


async def test_a_photo_in_found_is_a_report_and_then_gets_eyes(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a &lt;red&gt; hat, ask <@U1|bob>")
    await scene.acknowledged(scene.found, ts)
    report = await scene.report()
    assert (report.kind, report.text, report.author.name) == ("found", "a <red> hat, ask @bob", "Ada")
    assert (report.target.workspace, report.target.channel, report.target.message) == (TEAM, scene.found, ts)
    [photo] = await scene.photos(report)
    assert photo.url
    async with ClientSession() as browser:
        async with browser.get(photo.url) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        async with browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file:
            assert await file.read() == JPEG


async def test_a_photo_in_lost_is_a_lost_report(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat")
    await scene.acknowledged(scene.lost, ts)
    assert (await scene.report()).kind == "lost"


async def test_a_lost_command_is_acknowledged_confirmed_and_written_down(scene: Scene) -> None:
    used = await scene.slack.slash("lost", "black rucksack & laptop", scene.ada, scene.found)
    await scene.slack.until(lambda: used.answers)
    [answer] = used.answers
    assert answer["response_type"] == "ephemeral"
    assert f"<#{scene.lost}>" in answer["text"]
    report = await scene.report()
    assert (report.kind, report.text) == ("lost", "black rucksack & laptop")
    assert (report.target.channel, report.target.message) == (scene.lost, None)


@pytest.mark.parametrize("words", ["", "  ", "help", "HELP"])
async def test_a_lost_command_without_words_says_how_it_is_used(scene: Scene, words: str) -> None:
    used = await scene.slack.slash("lost", words, scene.ada, scene.lost)
    assert used.ack
    assert used.ack["payload"]["text"] == wording.sentence("lost_usage", command="/lost")
    assert await scene.reports() == []


async def test_a_lost_command_that_can_not_be_answered_anywhere_says_so(slack: SlackDouble, database_url: str) -> None:
    elsewhere, ada = slack.add_channel("random", bot_inside=False), slack.add_member("Ada")
    async with Store(database_url) as store, running(Handlers(store, DeafQueue()), config(slack)):
        used = await slack.slash("lost", "a hat", ada, elsewhere)
        await slack.until(lambda: used.answers)
    assert used.answers[0]["text"] == wording.sentence("invite_me", channel="#lost")


async def test_a_lost_command_is_answered_even_if_it_could_not_be_written_down(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", error="internal_error")
    used = await scene.slack.slash("lost", "a hat", scene.ada, scene.lost)
    await scene.slack.until(lambda: used.answers)
    assert used.answers[0]["text"] == wording.sentence("report_not_taken")


async def test_the_same_event_three_times_is_one_report(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    first = scene.slack.envelopes[0]
    for _ in range(2):
        await scene.slack.tell_again(first)
    assert len(await scene.reports()) == 1


async def test_an_event_that_could_not_be_written_down_comes_again(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    assert len(await scene.reports()) == 1
    assert scene.slack.envelopes[0].sent == 2


@pytest.mark.parametrize("way", ["dropped", "asked"])
async def test_a_connection_lost_in_mid_envelope_loses_and_doubles_nothing(scene: Scene, way: str) -> None:
    async def cut(_: web.Request) -> None:
        await (scene.slack.delivery.drop_connections() if way == "dropped" else scene.slack.delivery.ask_to_reconnect())

    scene.slack.api.before_answer["users.info"] = cut
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    await scene.slack.settle()
    assert scene.slack.connections >= 2
    assert scene.slack.envelopes[0].acked.is_set()
    assert len(await scene.reports()) == 1


async def test_bots_threads_other_channels_and_other_files_are_left_alone(scene: Scene) -> None:
    slack = scene.slack
    general = next(each["id"] for each in slack.channels.values() if each["name"] == "general")
    slack.post_photo(scene.found, scene.ada, JPEG, bot_id="B1")
    slack.post_photo(scene.found, BOT_USER, JPEG)
    slack.post_photo(general, scene.ada, JPEG)
    root = slack.post(scene.found, scene.ada, "no photo")
    slack.post_photo(scene.found, scene.ada, JPEG, thread_ts=root)
    paper = {"id": "F1", "name": "form.pdf", "mimetype": "application/pdf", "url_private": "https://files.slack.com/f"}
    slack.post(scene.found, scene.ada, "", subtype="file_share", files=[paper])
    await slack.settle()
    assert await scene.reports() == []
    assert slack.calls_of("reactions.add") == []


async def test_a_text_that_is_too_long_is_answered_once_in_the_thread(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "x" * 5000)
    await scene.slack.wait_for_reply(scene.found, ts, "longer than I can keep")
    await scene.slack.tell_again(scene.slack.envelopes[0])
    await scene.slack.until(lambda: len(scene.slack.calls_of("conversations.replies")) == 2)
    await scene.slack.settle()
    assert len(scene.slack.thread(scene.found, ts)) == 1


@pytest.mark.parametrize("answered", [False, True])
async def test_a_deleted_post_withdraws_the_report(scene: Scene, *, answered: bool) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    if answered:  # the post then stays as a tombstone
        await scene.platform.send(Outgoing("k", (await scene.report()).target, Reply("nothing", ((Plain("hm"),),))))
    scene.slack.delete(scene.found, ts)
    await scene.slack.settle()
    assert (await scene.report()).state is ReportState.WITHDRAWN


async def test_the_bot_listens_where_it_is_invited_later(scene: Scene) -> None:
    late = scene.slack.add_channel("lost-and-found", bot_inside=False)
    scene.slack.invite_bot(late)
    await scene.slack.settle()
    ts = scene.slack.post_photo(late, scene.ada, JPEG)
    await scene.acknowledged(late, ts)
    assert (await scene.report()).target.channel == late


async def judged(scene: Scene) -> tuple[Report, Sent, UUID]:
    """A lost report whose thread shows a match with a find."""
    mine = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat")
    await scene.acknowledged(scene.lost, mine)
    theirs = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a hat")
    await scene.acknowledged(scene.found, theirs)
    lost, found = await scene.reports()
    async with scene.store.session(lost.community) as session:
        for report in (lost, found):
            await session.set_state(report.id, ReportState.OPEN)
        await session._do("INSERT INTO model (encoder, version, spaces, live) VALUES ('tiny', 'tiny', '{}', true)")
        match = await session.save_match(ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {}))
        await session.post(lost.id, "card", wording.match_card(match, found, lost, None, percent=True))
    [item] = await scene.store.lease_outbox("slack", limit=5, seconds=30)
    sent = await scene.platform.send(Outgoing(item.key, item.target, item.reply))
    async with scene.store.session(lost.community) as session:
        await session.mark_sent(item.seq, item.fence, sent.channel, sent.message)
    return lost, sent, match.id


async def standing(scene: Scene, lost: Report, match: UUID) -> MatchState:
    async with scene.store.session(lost.community) as session:
        found = await session.match(match)
    assert found
    return found.state


async def test_an_admins_reaction_confirms_and_taking_it_away_undoes_it(scene: Scene) -> None:
    lost, card, match = await judged(scene)
    for name, state in (("white_check_mark", MatchState.CONFIRMED), ("x", MatchState.REFUSED)):
        await scene.slack.react(card.channel, card.message, name, scene.admin).acked.wait()
        assert await standing(scene, lost, match) is state
        await scene.slack.react(card.channel, card.message, name, scene.admin, given=False).acked.wait()
        assert await standing(scene, lost, match) is MatchState.UNJUDGED


async def test_whoever_the_settings_name_moderates_too(scene: Scene) -> None:
    lost, card, match = await judged(scene)
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.chosen).acked.wait()
    assert await standing(scene, lost, match) is MatchState.CONFIRMED


async def test_a_members_reaction_changes_nothing(scene: Scene) -> None:
    lost, card, match = await judged(scene)
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ada).acked.wait()
    await scene.slack.react(card.channel, card.message, "tada", scene.admin).acked.wait()
    assert await standing(scene, lost, match) is MatchState.UNJUDGED


async def test_rights_are_those_of_the_moment(scene: Scene) -> None:
    lost, card, match = await judged(scene)
    scene.slack.members[scene.admin]["is_admin"] = False
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.admin).acked.wait()
    assert await standing(scene, lost, match) is MatchState.UNJUDGED


async def asked(scene: Scene) -> tuple[Report, Sent]:
    """A lost report whose thread asks for the colour."""
    ts = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat")
    await scene.acknowledged(scene.lost, ts)
    report, question = await scene.report(), Question("colour", ("red", "green"))
    async with scene.store.session(report.community) as session:
        await session.set_state(report.id, ReportState.OPEN)
        await session.ask(report.id, question)
    return report, await scene.platform.send(Outgoing("q", report.target, wording.question(report, question)))


async def test_a_press_of_a_button_is_acknowledged_taken_once_and_takes_the_buttons_away(scene: Scene) -> None:
    report, question = await asked(scene)
    pressed = await scene.slack.press(question.channel, question.message, "green", scene.ada)
    await scene.slack.until(lambda: len(pressed.answers) == 2)
    assert (await scene.report()).said == "green"
    whispered, shown = pressed.answers
    assert (whispered["response_type"], whispered["text"]) == ("ephemeral", wording.sentence("said"))
    assert whispered["thread_ts"] == report.target.message
    assert {block["type"] for block in shown["blocks"]} == {"rich_text"}

    await scene.slack.tell_again(pressed)
    await scene.slack.until(lambda: len(pressed.answers) == 3)
    assert pressed.answers[-1]["text"] == wording.sentence("said_before", said="green")
    async with scene.store.session(report.community) as session:
        works = await session._all("SELECT id FROM work WHERE report_id = %(report)s", report=report.id)
    assert len(works) == 2  # the report's own, and one for the answer


async def test_somebody_elses_press_is_kindly_refused_in_private(scene: Scene) -> None:
    _, question = await asked(scene)
    pressed = await scene.slack.press(question.channel, question.message, "green", scene.admin)
    await scene.slack.until(lambda: pressed.answers)
    [answer] = pressed.answers
    assert (answer["response_type"], answer["text"]) == ("ephemeral", wording.sentence("only_author"))
    assert (await scene.report()).said is None


def reply_in_a_thread(scene: Scene, *, picture: bytes | None = None, maybe_sent: bool = False) -> Outgoing:
    root = scene.slack.post(scene.found, scene.ada, "root")
    lines = ((Person("slack", Member(scene.ada, "Ada"), notify=True),), (Quoted("<!channel> *hi*"),))
    target = ReplyTarget("slack", TEAM, scene.found, root)
    return Outgoing("key-1", target, Reply("nothing", lines), picture, maybe_sent)


async def test_a_reply_goes_to_the_thread_and_pings_only_whom_it_means(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    sent = await scene.platform.send(outgoing)
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert message["thread_ts"] == outgoing.target.message
    assert message["text"] == "Ada\n&lt;!channel&gt; *hi*"
    kinds = [leaf["type"] for group in message["blocks"][0]["elements"] for leaf in group["elements"]]
    assert kinds == ["user", "text"]
    [call] = scene.slack.calls_of("chat.postMessage")
    assert not call["unfurl_links"]
    assert not call["unfurl_media"]


async def test_a_picture_is_uploaded_and_shown_when_slack_is_ready(scene: Scene) -> None:
    sent = await scene.platform.send(reply_in_a_thread(scene, picture=JPEG))
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    file = message["blocks"][-1]["slack_file"]["id"]
    assert scene.slack.files[file]["mimetype"] == "image/jpeg"
    assert scene.slack.api.contents[file] == JPEG


async def test_the_words_arrive_even_if_slack_refuses_the_picture(scene: Scene) -> None:
    scene.slack.api.fail_next("files.getUploadURLExternal", error="storage_limit_reached")
    sent = await scene.platform.send(reply_in_a_thread(scene, picture=JPEG))
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_reply_that_arrived_before_is_found_and_not_sent_again(scene: Scene, *, in_thread: bool) -> None:
    outgoing = reply_in_a_thread(scene)
    if not in_thread:
        outgoing = replace(outgoing, target=replace(outgoing.target, message=None))
    sent = await scene.platform.send(outgoing)
    for number in range(5):  # more than a page of others, with other keys
        await scene.platform.send(replace(outgoing, key=f"other-{number}"))
    assert await scene.platform.send(replace(outgoing, maybe_sent=True)) == sent
    unsent = replace(outgoing, key="never sent", maybe_sent=True)
    assert await scene.platform.send(unsent) != sent


async def test_a_reply_whose_answer_got_lost_is_there_once(scene: Scene) -> None:
    async def cut(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    outgoing = reply_in_a_thread(scene)
    scene.slack.api.before_answer["chat.postMessage"] = cut
    with pytest.raises(TryAgainError, match="reached"):
        await scene.platform.send(outgoing)
    sent = await scene.platform.send(replace(outgoing, maybe_sent=True))
    assert [each["ts"] for each in scene.slack.thread(scene.found, str(outgoing.target.message))] == [sent.message]


async def test_what_slack_will_take_later_is_told_from_what_it_never_will(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    scene.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=7)
    with pytest.raises(TryAgainError) as later:
        await scene.platform.send(outgoing)
    assert later.value.after == 7
    scene.slack.api.fail_next("chat.postMessage", status=502)
    with pytest.raises(TryAgainError):
        await scene.platform.send(outgoing)
    scene.slack.channels[scene.found]["is_member"] = False
    with pytest.raises(UndeliverableError, match="not_in_channel"):
        await scene.platform.send(outgoing)


async def test_an_answer_to_a_deleted_post_does_not_go_to_the_whole_channel(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    scene.slack.delete(scene.found, str(outgoing.target.message))
    with pytest.raises(UndeliverableError, match="gone"):
        await scene.platform.send(outgoing)
    assert scene.slack.messages[scene.found] == []


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_a_refused_token_is_said_at_once(slack: SlackDouble, database_url: str, token: str) -> None:
    async with Store(database_url) as store:
        with pytest.raises(TryAgainError, match=r"invalid_auth.*REUNITE_SLACK"):
            async with running(Handlers(store, DeafQueue()), config(slack, **{token: "wrong"})):
                pass
