"""An answer that says "ok" and nothing else decides nothing: it's asked for again."""

import pytest
from aiohttp import web

from bot.slack import reconcile
from db.installations import Installations
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReplyTarget, Settings
from reunite.errors import TryAgainError
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import JPEG, running_slack, world_by_http, world_in, world_on
from tests.support.waiting import eventually

slack_fixture = pytest.fixture(running_slack, name="slack")


def empty_once(slack: SlackDouble, method: str) -> None:
    """Let the next call of a method get such an answer."""
    slack.api.failures[method].append(web.json_response({"ok": True}))


@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
async def test_it_turns_no_moderator_away(database_url: str, method: str) -> None:
    async with world_in(database_url) as world:
        group = world.slack.admin.add_group("helpers", world.ben)
        settings = Settings(moderators=(group,))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
        empty_once(world.slack, method)
        used = await world.slack.slash("lost", "setup", world.ben, world.lost)
        assert (await eventually(lambda: used.answers))[0]["text"] == sentence("busy")


async def test_a_verdict_counts_once_slack_says_whose_it_is(database_url: str) -> None:
    async with world_by_http(database_url) as world:
        lost, _, match, card = await world.card()
        empty_once(world.slack, "users.info")
        world.slack.react(card.channel, card.message, "white_check_mark", world.admin)
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )
        assert not world.slack.whispers


async def test_it_takes_no_verdict_back(slack: SlackDouble, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.2)
    async with world_on(slack, database_url) as before:
        lost, _, match, card = await before.card()
        await slack.react(card.channel, card.message, "white_check_mark", before.admin).acked.wait()
        assert await before.match_state(match, lost.community) is MatchState.CONFIRMED
    empty_once(slack, "reactions.get")
    async with world_on(slack, database_url, again=before) as world:
        await eventually(lambda: len(slack.calls_of("reactions.get")), holds=lambda calls: calls > 1)
        assert await world.match_state(match, lost.community) is MatchState.CONFIRMED


async def test_a_missed_post_is_read_once_slack_shows_the_history(
    slack: SlackDouble, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.2)
    async with world_on(slack, database_url) as before:
        await eventually(lambda: Installations(before.store).heard_at(TEAM))  # else nothing counts as missed
    missed = slack.post_photo(before.found, before.ben, JPEG, "was missed", unheard=True)
    empty_once(slack, "conversations.history")
    async with world_on(slack, database_url, again=before) as world:
        await world.wait_until_acknowledged(world.found, missed)


async def test_a_photo_is_not_taken_for_deleted(database_url: str) -> None:
    async with world_in(database_url) as world:
        post = world.slack.post_photo(world.found, world.ben, JPEG, "a hat")
        await world.wait_until_acknowledged(world.found, post)
        [photo] = await world.photos(await world.report())
        target = ReplyTarget("slack", TEAM, world.found, post)
        empty_once(world.slack, "conversations.history")
        with pytest.raises(TryAgainError):
            await world.platform.photo_url(target, photo.name)
        world.slack.api.fail_next("conversations.history", error="not_in_channel")
        with pytest.raises(TryAgainError):
            await world.platform.photo_url(target, photo.name)
        assert await world.platform.photo_url(target, photo.name)


async def test_a_channel_is_not_taken_for_anothers(database_url: str) -> None:
    async with world_by_http(database_url) as world:
        channel = world.slack.admin.add_channel("found-items", is_unlisted=True)
        empty_once(world.slack, "conversations.info")
        taken = world.slack.post_photo(channel, world.ben, JPEG, "a hat")
        await world.wait_until_acknowledged(channel, taken)


async def test_the_channels_stay_known(database_url: str) -> None:
    async with world_in(database_url) as world:
        empty_once(world.slack, "users.conversations")
        await world.slack.tell({"type": "channel_rename", "channel": {"id": world.general, "name": "all"}}).acked.wait()
        known = await world.store.workspace("slack", TEAM)
        assert known
        assert world.found in {channel.id for channel in await world.store.channels(known)}
