"""One community on Discord and Slack, end to end: both bots and a worker as they are, only the platforms are played."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.doubles.slack import shown
from tests.support.discord_world import DiscordWorld, guild, online
from tests.support.services import working
from tests.support.slack_world import SlackWorld, slack_world, worker_config
from tests.support.waiting import eventually


@dataclass
class Both:
    """A guild and a workspace whose moderators have linked them."""

    discord: DiscordWorld
    slack: SlackWorld

    async def lost_and_found(self) -> tuple[str, str, str]:
        """Let Ada miss on Discord what Ben has found on Slack; return both posts and the card."""
        lost = await self.discord.report_lost("my red umbrella")
        await self.discord.wait_for_reply(lost, "There was nothing to compare it with yet")
        found = self.slack.post_found("red", "umbrella by the door")
        return lost, found, await self.discord.wait_for_reply(lost, "This could be yours.", "umbrella by the door")


@pytest.fixture
async def both(database_url: str, redis_url: str) -> AsyncIterator[Both]:
    async with guild() as discord, slack_world(database_url, redis_url, works=False) as slack:
        settings = worker_config(slack.slack)
        hosts = settings.pop("http_hosts") | {discord.discord.file_host}
        async with (
            working(database_url, redis_url, http_hosts=hosts, **settings),
            online(discord, database_url, redis_url),
        ):
            linked = Both(discord, slack)
            making = await discord.discord.ui.slash("link", discord.manager, "general")
            code = re.search(r"[A-Z2-9]{10}", await discord.private_answer(making))
            assert code
            used = await slack.slack.slash("lost", f"link {code[0]}", slack.moderator, slack.found)
            await eventually(lambda: used.answers)
            assert "Linked" in used.answers[0]["text"]
            yield linked


async def test_an_item_found_on_slack_is_announced_to_its_owner_on_discord_and_to_its_finder(both: Both) -> None:
    _, found, card = await both.lost_and_found()
    picture = both.discord.discord.message(card)["attachments"]
    assert len(picture) == 1
    answer = await both.slack.reply(both.slack.found, found, "Possible owner found.")
    assert "my red umbrella" in shown(answer)
    assert "Ada" in shown(answer)


async def test_a_verdict_on_one_side_closes_both(both: Both) -> None:
    lost, found, card = await both.lost_and_found()
    await both.discord.discord.people.react(card, "✅", both.discord.moderator)
    await both.discord.wait_for_reply(lost, "Returned", "confirmed by")
    assert "Mo" in shown(await both.slack.reply(both.slack.found, found, "Returned"))


async def test_what_is_deleted_on_one_side_is_taken_off_the_other(both: Both) -> None:
    lost, found, card = await both.lost_and_found()
    both.slack.slack.delete(both.slack.found, found)
    there = both.discord.discord.messages[lost]
    await eventually(lambda: card not in there)
    assert not any("by the door" in both.discord.discord.text(message) for message in there.values())
