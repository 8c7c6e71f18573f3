"""Two workspaces, one community: matched across, each told in its own place, and parted again without a trace."""

from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings, JoinWorkspace, ReportFound
from reunite.entities import IncomingPhoto, ReplyTarget, Report, Settings
from reunite.errors import DefectError, TellUserError
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN, World, open_world

pytestmark = pytest.mark.untraced

OTHER = "other"


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.handlers.join(JoinWorkspace("web", OTHER, "The other side"))
        yield community


async def found_there(world: World, key: str, colour: str, text: str = "") -> Report:
    """Post a found report in the other workspace."""
    photos = (IncomingPhoto("there.jpg", data=drawing(colour)),)
    target = ReplyTarget("web", OTHER, "found", key)
    receipt = await world.handlers.report(
        ReportFound(source_key=key, target=target, author=BEN, text=text, photos=photos)
    )
    return receipt.report


async def link(world: World) -> None:
    code = await world.handlers.link_code("web", world.name)
    await world.handlers.link("web", OTHER, code.lower())
    await whole(world)


async def whole(world: World) -> None:
    """Look at the community as it is now, and wait for it to become idle."""
    known = await world.store.workspace("web", world.name)
    assert known
    world.workspace = known
    await world.wait_until_idle()


async def test_a_found_report_there_is_matched_with_a_lost_report_here_once_they_are_linked(world: World) -> None:
    await found_there(world, "f1", "red", "an umbrella")
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["nothing"]
    await link(world)
    assert "an umbrella" in "\n".join(world.platform.thread("l1"))
    await found_there(world, "f2", "red", "one more umbrella")
    await whole(world)
    assert "one more umbrella" in "\n".join(world.platform.thread("l1"))
    assert "my red umbrella" in "\n".join(world.platform.thread("f2"))


async def test_unlinking_takes_quotes_and_pictures_off_the_other_side(world: World) -> None:
    await link(world)
    await world.lost("l1", "my red umbrella")
    await world.found("f0", "red", "an umbrella from here")
    await world.wait_until_idle()
    await found_there(world, "f1", "red", "an umbrella from there")
    await whole(world)
    assert "from there" in "\n".join(world.platform.thread("l1"))
    await world.handlers.unlink("web", OTHER)
    await whole(world)
    assert "from there" not in "\n".join(world.platform.thread("l1"))
    assert "from here" in "\n".join(world.platform.thread("l1"))
    # The other side is a community of its own again, so its rest is not seen from here.
    await eventually(lambda: "my red umbrella" not in "\n".join(world.platform.thread("f1")), "the quote stayed there")
    apart = await world.store.workspace("web", OTHER)
    assert apart
    assert apart.community != world.workspace.community
    await found_there(world, "f2", "red", "a late one from there")
    await whole(world)
    assert "late" not in "\n".join(world.platform.thread("l1"))


async def test_a_code_is_valid_once_and_only_as_it_was_given(world: World) -> None:
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await world.handlers.link("web", OTHER, "AAAAAAAAAA")
    first = await world.handlers.link_code("web", world.name)
    code = await world.handlers.link_code("web", world.name)
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await world.handlers.link("web", OTHER, first)  # a newer one took its place
    await world.handlers.link("web", OTHER, code)
    await world.handlers.join(JoinWorkspace("web", "third", "A third"))
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await world.handlers.link("web", "third", code)


async def test_settings_stay_each_workspaces_own(world: World) -> None:
    await world.handlers.set_up(
        ChangeSettings(platform="web", workspace=OTHER, settings=Settings(language="de", keep_days=7))
    )
    await link(world)
    assert (await world.handlers.settings("web", OTHER)).language == "de"
    assert (await world.handlers.settings("web", world.name)).language == "en"


async def test_a_workspace_that_leaves_is_forgotten_on_both_sides(world: World) -> None:
    await link(world)
    await world.lost("l1", "my red umbrella")
    await found_there(world, "f1", "red", "an umbrella from there")
    await whole(world)
    assert "from there" in "\n".join(world.platform.thread("l1"))
    await world.handlers.leave("web", OTHER)
    await world.handlers.leave("web", OTHER)  # told of twice
    await whole(world)
    assert "from there" not in "\n".join(world.platform.thread("l1"))
    with pytest.raises(DefectError):
        await world.handlers.settings("web", OTHER)
    assert [report.author for report in [await world.lost("l2", "a cup")]] == [ADA]
