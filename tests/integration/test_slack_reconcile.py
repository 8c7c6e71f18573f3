"""What happened on Slack while the bot was away is looked up when it is back: once, and no further than is allowed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from db.installations import Installation, Installations
from db.store import Store
from reunite.entities import MatchState, ReportState
from reunite.messages import keys, wording
from reunite.messages.reply import Action
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, SlackDouble, shown
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.keys import KEYS
from tests.support.slack_adapter import JPEG, World, by_http, running_slack, world_on
from tests.support.waiting import eventually

slack_fixture = pytest.fixture(running_slack, name="slack")


async def caught_up(world: World) -> None:
    """Wait until the bot has looked everything up and noted until when it has heard of everything."""
    installations = Installations(world.store)
    await eventually(lambda: installations.heard_at(TEAM), holds=lambda heard: heard and heard >= world.opened_at)


async def test_a_bot_that_is_new_in_a_workspace_leaves_old_posts_alone(slack: SlackDouble, database_url: str) -> None:
    found = slack.admin.add_channel("lost-and-found")
    slack.post_photo(found, slack.admin.add_member("Zoe"), JPEG, "of last week", unheard=True)
    async with world_on(slack, database_url) as world:
        await caught_up(world)
        assert await world.reports() == []


async def test_posts_edits_and_deletions_are_followed_once_the_bot_is_back(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        posts = {}
        for words in ("stays", "is edited", "is deleted", "is deleted with its thread"):
            posts[words] = slack.post_photo(before.found, before.ada, JPEG, words)
            await before.wait_until_acknowledged(before.found, posts[words])
        slack.post(before.found, before.ben, "nice of you", thread_ts=posts["is deleted with its thread"])
        await slack.settle()
    slack.edit(before.found, posts["is edited"], "was edited &amp; more", unheard=True)
    slack.delete(before.found, posts["is deleted"], unheard=True)
    slack.delete(before.found, posts["is deleted with its thread"], unheard=True)
    missed = slack.post_photo(before.lost, before.ben, JPEG, "was missed", unheard=True)
    slack.post_photo(before.lost, before.ben, JPEG, "by a robot", bot_id="B1", unheard=True)
    slack.post_photo(before.general, before.ben, JPEG, "elsewhere", unheard=True)
    for _ in range(2):  # a second look finds nothing new
        async with world_on(slack, database_url, again=before) as world:
            await caught_up(world)
            await world.wait_until_acknowledged(world.lost, missed)
            reports = [(report.text, report.state) for report in await world.reports()]
        assert reports == [
            ("stays", ReportState.PENDING),
            ("was edited & more", ReportState.PENDING),
            ("", ReportState.WITHDRAWN),
            ("", ReportState.WITHDRAWN),
            ("was missed", ReportState.PENDING),
        ]


@pytest.mark.parametrize("shows_one", [True, False])
async def test_a_post_that_slacks_free_plan_hides_is_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, shows_one: bool
) -> None:
    monkeypatch.setattr("bot.slack.messages._SHOWN_FOR", timedelta())
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await caught_up(before)
            posts = [slack.post_photo(before.found, before.ada, JPEG, words) for words in ("is old", "is new", "goes")]
            for post in posts:
                await before.wait_until_acknowledged(before.found, post)
        slack.delete(before.found, posts[2], unheard=True)
        slack.api.shown_since = posts[1] if shows_one else slack.next_ts()
        async with world_on(slack, database_url, again=before) as world:
            await caught_up(world)
            gone = ReportState.WITHDRAWN if shows_one else ReportState.PENDING
            states = {report.target.message: report.state for report in await world.reports()}
            assert [states[post] for post in posts] == [ReportState.PENDING, ReportState.PENDING, gone]


async def test_a_new_post_that_was_deleted_is_withdrawn_though_the_free_plan_hides_older_ones(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        post = slack.post_photo(before.found, before.ada, JPEG, "goes")
        await before.wait_until_acknowledged(before.found, post)
    slack.delete(before.found, post, unheard=True)
    slack.api.hides_older = True
    async with world_on(slack, database_url, again=before) as world:
        await eventually(world.report, holds=lambda report: report.state is ReportState.WITHDRAWN)


async def test_a_report_whose_post_slacks_free_plan_hides_goes_on_in_direct_messages(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.messages._SHOWN_FOR", timedelta())
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        lost, found, match = await world.match()
        slack.api.shown_since, before = slack.next_ts(), len(slack.calls_of("chat.postMessage"))
        card = wording.match_card(match, found, lost, None)
        key = keys.card(match.id, lost.kind)
        async with world.store.session(lost.community) as session:
            await session.outbox.post(lost.id, key, card)
        direct = await slack.wait_for_post(slack.direct(world.ada), "This could be yours.")
        assert "I'll reply to you here" in shown(direct)
        assert "This could be yours." not in map(shown, slack.messages[world.lost])
        channels = [call.get("channel") for call in slack.calls_of("chat.postMessage")[before:]]
        assert world.lost not in channels  # there everybody would have been notified of it for a moment
        again = Outgoing(key, lost.target, card, maybe_sent=True, author=world.ada)
        assert (await world.platform.send(again)).channel == slack.direct(world.ada)
        assert [report.state for report in await world.reports()] == [ReportState.OPEN, ReportState.OPEN]


async def test_an_old_post_that_slacks_free_plan_still_shows_is_answered_in_its_thread(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.messages._SHOWN_FOR", timedelta())
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        lost, found, match = await world.match()
        slack.api.hides_older = True
        async with world.store.session(lost.community) as session:
            card = wording.match_card(match, found, lost, None)
            await session.outbox.post(lost.id, keys.card(match.id, lost.kind), card)
        assert lost.target.message
        await slack.wait_for_reply(world.lost, lost.target.message, "This could be yours.")


async def test_a_post_of_the_bot_that_an_admin_deleted_meanwhile_is_withdrawn(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        await slack.slash("lost", "a hat", before.ada, before.lost)
        post = await slack.wait_for_post(before.lost, "a hat")
        await eventually(before.report, holds=lambda report: report.target.message)
    slack.delete(before.lost, post["ts"], unheard=True)
    async with world_on(slack, database_url, again=before) as world:
        await eventually(world.report, holds=lambda report: report.state is ReportState.WITHDRAWN)


@pytest.mark.parametrize("who", ["admin", "ben"])
async def test_a_verdict_given_meanwhile_counts_by_its_moderators_rights(
    slack: SlackDouble, database_url: str, who: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        lost, _, match, card = await before.card()
    slack.react_unheard(card.channel, card.message, "white_check_mark", getattr(before, who))
    slack.react_unheard(card.channel, card.message, "tada", before.admin)
    async with world_on(slack, database_url, again=before) as world:
        await caught_up(world)
        state = MatchState.CONFIRMED if who == "admin" else MatchState.UNDECIDED
        assert await world.match_state(match, lost.community) is state


async def test_a_verdict_undone_meanwhile_no_longer_counts(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        lost, _, match, card = await before.card()
        await slack.react(card.channel, card.message, "white_check_mark", before.admin).acked.wait()
        assert await before.match_state(match, lost.community) is MatchState.CONFIRMED
    slack.react_unheard(card.channel, card.message, "white_check_mark", before.admin, given=False)
    async with world_on(slack, database_url, again=before) as world:
        await caught_up(world)
        assert await world.match_state(match, lost.community) is MatchState.UNDECIDED


async def test_a_verdict_by_button_has_no_reaction_and_stays(database_url: str) -> None:
    confirm: Action = "confirm"
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await caught_up(before)
            lost, _, match, card = await before.card()
            message = slack.message(card.channel, card.message)
            assert message
            message["blocks"][-1]["elements"][0]["action_id"] = f"press:{confirm}:{match.id}"
            words = message["blocks"][-1]["elements"][0]["text"]["text"]
            await slack.press(card.channel, card.message, words, before.admin)
            await eventually(
                lambda: before.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
            )
        async with world_on(slack, database_url, again=before) as world:
            await caught_up(world)
            assert await world.match_state(match, lost.community) is MatchState.CONFIRMED


async def test_a_card_that_is_gone_keeps_nothing_else_from_being_looked_up(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
        _, _, _, card = await before.card()
    slack.delete(card.channel, card.message, unheard=True)
    missed = slack.post_photo(before.found, before.ben, JPEG, "was missed", unheard=True)
    async with world_on(slack, database_url, again=before) as world:
        await world.wait_until_acknowledged(world.found, missed)
        await caught_up(world)


@pytest.mark.parametrize("is_unlisted", [False, True])
async def test_what_changed_in_a_channel_while_the_bot_was_not_in_it_is_looked_up_once_it_is_invited_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, is_unlisted: bool
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        await caught_up(world)
        kept, gone = [slack.post_photo(world.found, world.ada, JPEG, words) for words in ("is kept", "is deleted")]
        for post in (kept, gone):
            await world.wait_until_acknowledged(world.found, post)
        slack.channels[world.found]["is_member"] = False
        listed = len(slack.calls_of("users.conversations"))
        slack.tell({"type": "channel_left", "channel": world.found})
        await eventually(lambda: len(slack.calls_of("users.conversations")) > listed)
        installations, left = Installations(world.store), datetime.now(UTC)
        await eventually(lambda: installations.heard_at(TEAM), holds=lambda heard: heard > left)
        slack.delete(world.found, gone, unheard=True)
        slack.post_photo(world.found, world.ben, JPEG, "of no concern", unheard=True)
        slack.channels[world.found]["is_unlisted"] = is_unlisted
        slack.admin.invite_bot(world.found)
        if is_unlisted:  # its first post makes it known
            slack.tell({"type": "message", "channel": world.found, "user": world.ben, "ts": "1.2", "text": "hello"})
        await eventually(
            world.reports, holds=lambda reports: sorted(report.text for report in reports) == ["", "is kept"]
        )


async def test_a_refused_post_is_explained_once_slack_takes_messages_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    monkeypatch.setattr("bot.slack.background._RETRY_SECONDS", 0.0)
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        slack.api.fail_next("chat.postMessage", status=503)
        post = slack.post_photo(world.found, world.ada, JPEG, "x" * 5000)
        await slack.wait_for_reply(world.found, post, "too long")
        assert await world.reports() == []


@pytest.mark.parametrize("retries", [0, 1])  # one that comes again is first looked up in the history
async def test_a_post_whose_event_fails_to_the_last_is_read_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch, retries: int
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    monkeypatch.setattr("bot.slack.events._LAST_RETRY", str(retries))
    async with (
        SlackDouble.running(retries=retries, acknowledge_within=1) as slack,
        world_on(slack, database_url) as world,
    ):
        for _ in range(3):
            slack.api.fail_next("users.info", status=503)
        if retries:
            slack.api.fail_next("conversations.history", status=503)
        post = slack.post_photo(world.found, world.ada, JPEG, "a hat")
        await world.wait_until_acknowledged(world.found, post)


async def test_eyes_that_slack_has_put_off_come_after_a_restart(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    monkeypatch.setattr("bot.slack.background._FINISH_SECONDS", 0.1)
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await eventually(lambda: Installations(before.store).heard_at(TEAM))
            slack.api.fail_next("reactions.add", status=429, error="ratelimited", retry_after=300)
            post = slack.post_photo(before.found, before.ada, JPEG, "a hat")
            await eventually(lambda: slack.calls_of("reactions.add"))
        async with world_on(slack, database_url, again=before) as world:
            await world.wait_until_acknowledged(world.found, post)


async def test_posts_from_before_a_channel_was_for_reports_are_left_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            old = slack.post_photo(before.general, before.ben, JPEG, "of no concern", unheard=True)
            renamed = slack.channels[before.general]
            renamed["name"] = "lost-and-found"
            await slack.tell({"type": "channel_rename", "channel": renamed}).acked.wait()
            slack.edit(before.general, old, "still of no concern")
            noticed, installations = datetime.now(UTC), Installations(before.store)
            await eventually(lambda: installations.heard_at(TEAM), holds=lambda heard: heard and heard > noticed)
        missed = slack.post_photo(before.general, before.ben, JPEG, "was missed", unheard=True)
        async with world_on(slack, database_url, again=before) as world:
            await world.wait_until_acknowledged(world.general, missed)
            await caught_up(world)
            assert [report.text for report in await world.reports()] == ["was missed"]


async def test_posts_in_a_channel_that_was_renamed_while_the_bot_was_away_are_answered(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
    slack.channels[before.general]["name"] = "lost-and-found"
    missed = slack.post_photo(before.general, before.ben, JPEG, "a hat", unheard=True)
    async with world_on(slack, database_url, again=before) as world:
        await world.wait_until_acknowledged(world.general, missed)


async def test_a_refused_post_of_a_channel_that_was_renamed_while_the_bot_was_away_is_taken_once_it_is_edited(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
    slack.channels[before.general]["name"] = "lost-and-found"
    refused = slack.post_photo(before.general, before.ben, JPEG, "x" * 5000, unheard=True)
    async with world_on(slack, database_url, again=before) as world:
        await slack.wait_for_reply(world.general, refused, "too long")
        slack.edit(world.general, refused, "a hat")
        await world.wait_until_acknowledged(world.general, refused)
        assert (await world.report()).text == "a hat"


async def test_a_channel_that_was_renamed_while_slack_sent_nothing_is_for_reports(
    slack: SlackDouble, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with world_on(slack, database_url) as world:
        await caught_up(world)
        slack.channels[world.general]["name"] = "lost-and-found"
        missed = slack.post_photo(world.general, world.ben, JPEG, "a hat", unheard=True)
        monkeypatch.setattr("bot.slack.reconcile.AWAY", timedelta())
        await world.wait_until_acknowledged(world.general, missed)


async def test_no_further_back_than_allowed_is_looked(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
    old = f"{(datetime.now(UTC) - timedelta(hours=2)).timestamp():.6f}"
    slack.post_photo(before.found, before.ben, JPEG, "too old", unheard=True, ts=old)
    missed = slack.post_photo(before.found, before.ben, JPEG, "was missed", unheard=True)
    async with world_on(slack, database_url, again=before, look_back=timedelta(hours=1)) as world:
        await world.wait_until_acknowledged(world.found, missed)
        await caught_up(world)
        assert [report.text for report in await world.reports()] == ["was missed"]


async def test_an_old_post_that_was_deleted_meanwhile_is_withdrawn_and_an_old_verdict_counts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await caught_up(before)
            lost, _, match, card = await before.card()
            posts = {words: slack.post_photo(before.found, before.ada, JPEG, words) for words in ("stays", "goes")}
            for ts in posts.values():
                await before.wait_until_acknowledged(before.found, ts)
        slack.delete(before.found, posts["goes"], unheard=True)
        slack.react_unheard(card.channel, card.message, "white_check_mark", before.admin)
        async with world_on(slack, database_url, again=before, look_back=timedelta(0)) as world:
            await eventually(
                lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
            )
            await eventually(world.reports, holds=lambda all_: {report.text for report in all_[2:]} == {"stays", ""})


async def test_a_busy_slack_delays_reconciling_and_loses_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await caught_up(before)
        missed = slack.post_photo(before.found, before.ben, JPEG, "was missed", unheard=True)
        slack.api.fail_next("conversations.history", status=429, error="ratelimited", retry_after=1)
        async with world_on(slack, database_url, again=before) as world:
            await world.wait_until_acknowledged(world.found, missed)


async def test_a_workspace_that_refuses_us_keeps_no_other_from_being_looked_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    oauth: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    async with SlackDouble.running() as slack, Store(database_url, keys=KEYS) as store:
        other = slack.admin.add_team("T0OTHER")
        for bot in slack.teams.values():
            await Installations(store).save(Installation(bot.team, bot.name, bot.user, bot.token))
        theirs = slack.admin.add_channel("found", team=other.team)
        async with world_on(slack, database_url, **oauth, **by_http(slack)) as before:
            await caught_up(before)
            await eventually(lambda: Installations(store).heard_at(other.team))
        missed = slack.post_photo(
            theirs, slack.admin.add_member("Zoe", team=other.team), JPEG, "was missed", unheard=True
        )
        slack.channels[before.general]["is_member"] = False  # so that Slack tells of the channels in one page

        async def revoke(_: web.Request) -> None:
            slack.teams[TEAM].installed = False  # right after it was entered, the first of the two

        slack.api.before_answer["users.conversations"] = revoke
        async with world_on(slack, database_url, again=before, **oauth, **by_http(slack)) as world:
            await world.wait_until_acknowledged(theirs, missed, by=other.user)
