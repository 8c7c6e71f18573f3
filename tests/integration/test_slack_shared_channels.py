"""A private Slack channel that is shared with others gets a new id: what is known of it goes on under that."""

import pytest

from db.slack_channels import move_unread
from db.slack_windows import SlackWindows
from db.store import Store
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReportState, Settings
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import JPEG, world_on


async def test_a_shared_channel_keeps_its_reports_cards_and_settings_under_its_new_id(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        lost, found, match, card = await world.card()
        chosen = Settings(found_channels=(world.found,), lost_channels=(world.lost,), log_channel=world.lost)
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
        moved = slack.admin.share(world.lost)
        await slack.settle()
        assert await world.settings() == Settings(
            found_channels=(world.found,), lost_channels=(moved,), log_channel=moved
        )
        assert [report.target.channel for report in await world.reports()] == [moved, world.found]

        root = str(lost.target.message)
        slack.edit(moved, root, "my red hat")
        await slack.settle()  # a returned item's words are no longer changed
        assert [report.text for report in await world.reports()] == ["my red hat", found.text]
        await slack.react(moved, card.message, "white_check_mark", world.chosen).acked.wait()
        await slack.settle()
        assert await world.match_state(match, lost.community) is MatchState.CONFIRMED
        await slack.wait_for_reply(moved, root, "Returned")

        slack.delete(moved, root)
        await slack.settle()
        [gone, _] = await world.reports()
        assert (gone.id, gone.state) == (lost.id, ReportState.WITHDRAWN)


async def test_what_is_posted_before_the_bot_knows_a_channels_new_id_is_read_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        chosen = Settings(found_channels=(world.found,))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
        at = slack.next_ts()
        moved = slack.admin.share(world.found, unheard=True)
        post = slack.post_photo(moved, world.ben, JPEG, "a hat")
        await slack.settle()
        assert await world.reports() == []
        ids = {"old_channel_id": world.found, "new_channel_id": moved}
        slack.tell({"type": "channel_id_changed", **ids, "event_ts": at})
        await world.wait_until_acknowledged(moved, post)


async def test_what_is_read_under_the_old_id_stays_to_be_read_under_the_new_one(store: Store) -> None:
    windows = SlackWindows(store)
    await windows.open("T1", "C1", oldest="1.0", since="1.0", latest="9.0")
    window = await windows.next("T1", never="9", older=False)
    assert window
    await move_unread(store, "T1", "C1", "C2")
    await windows.close(window)  # Slack has just said that it has no C1
    moved = await windows.next("T1", never="9", older=False)
    assert moved
    assert (moved.id, moved.channel) == (window.id, "C2")
    await windows.close(moved)
    assert await windows.next("T1", never="9", older=False) is None
