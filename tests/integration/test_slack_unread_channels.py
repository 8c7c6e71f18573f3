"""What Slack doesn't show keeps nothing else from being caught up on."""

import pytest

from bot.slack import reconcile
from db.slack_windows import SlackWindows
from reunite.entities import MatchState
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import JPEG, running_slack, world_on
from tests.support.waiting import eventually

slack_fixture = pytest.fixture(running_slack, name="slack")


@pytest.mark.parametrize("error", ["missing_scope", "internal_error", "channel_is_limited_access"])
async def test_a_channel_that_slack_does_not_show_holds_up_no_other(
    slack: SlackDouble, database_url: str, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.2)
    async with world_on(slack, database_url) as before:
        lost, _, match, card = await before.card()
    slack.react_unheard(card.channel, card.message, "white_check_mark", before.admin)
    missed = [
        slack.post_photo(channel, before.ben, JPEG, "was missed", unheard=True)
        for channel in (before.lost, before.found)  # the newest is read first
    ]
    slack.api.unreadable[before.found] = error
    async with world_on(slack, database_url, again=before) as world:
        await world.wait_until_acknowledged(world.lost, missed[0])
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )
        assert len(await world.reports()) == 3
        slack.api.unreadable.clear()
        await world.wait_until_acknowledged(world.found, missed[1])
        await eventually(lambda: SlackWindows(world.store).of(TEAM), holds=lambda windows: not windows)
