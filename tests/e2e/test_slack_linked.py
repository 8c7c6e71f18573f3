"""One community on two platforms: a Slack workspace and the local page's, linked by a code, each told in its place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.delivery import Delivery
from db import queue
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.recording_platform import RecordingPlatform
from tests.doubles.slack import SlackDouble, shown
from tests.support.services import background
from tests.support.slack_world import SlackWorld, slack_world
from tests.support.waiting import eventually
from tests.support.world import World

SIDE = "page"


@dataclass
class Linked:
    """Slack, and a community of the local page."""

    slack: SlackWorld
    page: World

    async def say(self, words: str, user: str) -> str:
        """Use a command on Slack, and return the reply."""
        used = await self.slack.slack.slash("lost", words, user, self.slack.lost)
        await eventually(lambda: used.answers)
        return str(used.answers[0]["text"])

    async def link(self) -> None:
        """Make a code on the page, and use it on Slack."""
        code = await self.page.handlers.link_code("web", SIDE)
        assert await self.say(f"link {code}", self.slack.moderator) == sentence("linked")

    def thread(self, root: str) -> str:
        """What a thread on the page shows."""
        return "\n".join(self.page.platform.thread(root))


@asynccontextmanager
async def page_of(database_url: str, redis_url: str) -> AsyncIterator[World]:
    """Open a community of the page whose replies are recorded."""
    async with Store(database_url) as store, queue.connect(store, redis_url, "reunite") as hints:
        handlers, platform = Handlers(store, hints), RecordingPlatform()
        workspace = await handlers.join(JoinWorkspace("web", SIDE, SIDE))
        async with background(Delivery(store, platform, lease_seconds=5).run()):
            yield World(store, handlers, workspace, platform)


@pytest.fixture
async def both(database_url: str, redis_url: str) -> AsyncIterator[Linked]:
    async with slack_world(database_url, redis_url) as slack, page_of(database_url, redis_url) as page:
        yield Linked(slack, page)


def on_slack(world: SlackWorld, root: str) -> str:
    return "\n".join(shown(message) for message in world.slack.thread(world.lost, root))


async def test_unlinking_takes_each_sides_quotes_and_pictures_off_the_other(both: Linked) -> None:
    await both.link()
    lost = await both.slack.report_lost("my red umbrella")
    await both.page.found("f1", "red", "umbrella from the page")
    await both.slack.card(lost)
    await eventually(lambda: "my red umbrella" in both.thread("f1"))
    await both.slack.slack.slash("lost", "unlink", both.slack.moderator, both.slack.lost)
    asked = await both.slack.slack.ui.modal(both.slack.moderator, sentence("unlink_sure"))
    assert "my red umbrella" in both.thread("f1")
    parted = await both.slack.slack.ui.submit(asked, both.slack.moderator)
    assert sentence("unlinked") in str((parted.ack or {})["payload"]["view"])
    await eventually(lambda: "from the page" not in on_slack(both.slack, lost))
    await eventually(lambda: "my red umbrella" not in both.thread("f1"))


async def test_a_code_is_made_on_slack_and_used_on_the_other_side_once(both: Linked) -> None:
    text = await both.say("link", both.slack.moderator)
    code = text.split("*")[1]
    await both.page.handlers.link("web", SIDE, code)
    here, there = [await both.page.store.workspace(*name) for name in (("slack", "T0REUNITE"), ("web", SIDE))]
    assert here
    assert there
    assert here.community == there.community
    assert await both.say(f"link {code}", both.slack.moderator) == sentence("link_code_used")


async def test_members_can_neither_make_nor_use_a_code_nor_part(both: Linked) -> None:
    code = await both.page.handlers.link_code("web", SIDE)
    for words in ("link", f"link {code}", "unlink"):
        assert await both.say(words, both.slack.ada) == sentence("only_moderators_here")


async def test_codes_are_used_by_modal_from_the_home_tab_too(both: Linked) -> None:
    slack: SlackDouble = both.slack.slack
    code: Any = await both.page.handlers.link_code("web", SIDE)
    home = await slack.ui.open_home(both.slack.moderator)
    await slack.ui.press_in(home, sentence("home_use_code"), both.slack.moderator)
    modal = await slack.ui.modal(both.slack.moderator, sentence("link_form"))
    sent = await slack.ui.submit(modal, both.slack.moderator, code="WRONGCODE1")
    assert (sent.ack or {})["payload"]["errors"] == {"code": sentence("link_code_unknown")}
    await slack.ui.submit(modal, both.slack.moderator, code=code.lower())
    await slack.ui.modal(both.slack.moderator, sentence("linked"))
    await slack.ui.press_in(home, sentence("home_unlink"), both.slack.moderator)
    asking = await slack.ui.modal(both.slack.moderator, sentence("unlink_sure"))
    await slack.ui.submit(asking, both.slack.moderator)
    await slack.ui.modal(both.slack.moderator, sentence("unlinked"))
