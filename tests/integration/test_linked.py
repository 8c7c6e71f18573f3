"""Two workspaces, one community: matched across, each told in its own place, and parted again without a trace."""

from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings, JoinWorkspace, ReportFound
from reunite.entities import IncomingPhoto, ReplyTarget, Report, Settings
from reunite.errors import DefectError, TellUserError
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN, World, world

OTHER = "other"


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.handlers.join(JoinWorkspace("web", OTHER, "The other side"))
        yield community


async def found_there(place: World, key: str, colour: str, text: str = "") -> Report:
    """Post a find in the other workspace."""
    photos = (IncomingPhoto("there.jpg", data=drawing(colour)),)
    target = ReplyTarget("web", OTHER, "found", key)
    receipt = await place.handlers.report(
        ReportFound(source_key=key, target=target, author=BEN, text=text, photos=photos)
    )
    return receipt.report


async def link(place: World) -> None:
    code = await place.handlers.link_code("web", place.name)
    await place.handlers.link("web", OTHER, code.lower())
    await whole(place)


async def whole(place: World) -> None:
    """Look at the community as it is now, and wait for it to come to rest."""
    known = await place.store.workspace("web", place.name)
    assert known
    place.workspace = known
    await place.quiet()


async def test_a_found_report_there_is_matched_with_a_lost_report_here_once_they_are_linked(place: World) -> None:
    await found_there(place, "f1", "red", "an umbrella")
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    assert place.platform.kinds("l1") == ["nothing"]
    await link(place)
    assert "an umbrella" in "\n".join(place.platform.thread("l1"))
    await found_there(place, "f2", "red", "one more umbrella")
    await whole(place)
    assert "one more umbrella" in "\n".join(place.platform.thread("l1"))
    assert "my red umbrella" in "\n".join(place.platform.thread("f2"))


async def test_unlinking_takes_quotes_and_pictures_off_the_other_side(place: World) -> None:
    await link(place)
    await place.lost("l1", "my red umbrella")
    await place.found("f0", "red", "an umbrella from here")
    await place.quiet()
    await found_there(place, "f1", "red", "an umbrella from there")
    await whole(place)
    assert "from there" in "\n".join(place.platform.thread("l1"))
    await place.handlers.unlink("web", OTHER)
    await whole(place)
    assert "from there" not in "\n".join(place.platform.thread("l1"))
    assert "from here" in "\n".join(place.platform.thread("l1"))
    # The other side is a community of its own again, so its rest is not seen from here.
    await eventually(lambda: "my red umbrella" not in "\n".join(place.platform.thread("f1")), "the quote stayed there")
    apart = await place.store.workspace("web", OTHER)
    assert apart
    assert apart.community != place.workspace.community
    await found_there(place, "f2", "red", "a late one from there")
    await whole(place)
    assert "late" not in "\n".join(place.platform.thread("l1"))


async def test_a_code_is_valid_once_and_only_as_it_was_given(place: World) -> None:
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await place.handlers.link("web", OTHER, "AAAAAAAAAA")
    first = await place.handlers.link_code("web", place.name)
    code = await place.handlers.link_code("web", place.name)
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await place.handlers.link("web", OTHER, first)  # a newer one took its place
    await place.handlers.link("web", OTHER, code)
    await place.handlers.join(JoinWorkspace("web", "third", "A third"))
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await place.handlers.link("web", "third", code)


async def test_settings_stay_each_workspaces_own(place: World) -> None:
    await place.handlers.set_up(
        ChangeSettings(platform="web", workspace=OTHER, settings=Settings(language="de", keep_days=7))
    )
    await link(place)
    assert (await place.handlers.settings("web", OTHER)).language == "de"
    assert (await place.handlers.settings("web", place.name)).language == "en"


async def test_a_workspace_that_leaves_is_forgotten_on_both_sides(place: World) -> None:
    await link(place)
    await place.lost("l1", "my red umbrella")
    await found_there(place, "f1", "red", "an umbrella from there")
    await whole(place)
    assert "from there" in "\n".join(place.platform.thread("l1"))
    await place.handlers.leave("web", OTHER)
    await place.handlers.leave("web", OTHER)  # told of twice
    await whole(place)
    assert "from there" not in "\n".join(place.platform.thread("l1"))
    with pytest.raises(DefectError):
        await place.handlers.settings("web", OTHER)
    assert [each.author for each in [await place.lost("l2", "a cup")]] == [ADA]
