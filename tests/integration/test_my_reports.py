"""What members do with their own reports, by the real worker, store and delivery."""

from base64 import b64decode
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from reunite import rules
from reunite.commands import EditReport, Withdraw
from reunite.entities import IncomingPhoto, Member, Report, VerdictKind
from reunite.errors import TellUserError
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import ADA, BEN, MODERATOR, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        yield community


def everything(place: World) -> str:
    """Return all that stands anywhere."""
    there = [outgoing.reply.text() for target, outgoing in place.platform.messages if target.message != "removed"]
    return "\n".join(there)


async def test_mine_lists_my_open_reports_and_what_i_can_do_with_each(place: World) -> None:
    await place.lost("l1", "a red umbrella")
    await place.lost("l2", "a green cup")
    await place.found("f1", "blue", "a bottle")
    await place.quiet()
    mine = await place.handlers.my_reports("web", place.name, ADA)
    assert ["umbrella" in reply.text() for reply in mine] == [True, False]
    assert {button.action for button in mine[0].buttons} == {"withdraw", "extend", "add_photo", "add_detail"}
    assert await place.handlers.my_reports("web", place.name, Member("eve", "Eve")) == []


async def test_mine_with_many_long_reports_lists_the_newest_and_says_how_many_are_older(place: World) -> None:
    for number in range(17):
        await place.lost(f"l{number}", f"hat number {number} {'x' * 3900}")
    *listed, more = await place.handlers.my_reports("web", place.name, ADA)
    assert ["hat number 2 " in listed[0].text(), "hat number 16 " in listed[-1].text()] == [True, True]
    assert (len(listed), more.buttons) == (15, ())
    assert more.text().startswith("2 older reports")
    assert sum(len(reply.text()) for reply in listed) < 12_000  # Slack takes little more in one message


async def test_withdrawing_takes_every_copy_away(place: World) -> None:
    find = await place.found("f1", "red", "an umbrella with a duck's head")
    await place.quiet()
    loss = await place.lost("", "my red umbrella, a gift from Zoe", target=place.at("lost"))
    await place.quiet()
    assert "duck" in everything(place)
    assert "Zoe" in everything(place)

    await place.press("withdraw", loss.id, ADA)
    await place.quiet()
    assert "Zoe" not in everything(place)
    assert await place.state(loss) == "withdrawn"
    await place.handlers.withdraw(Withdraw(target=find.target))
    await place.quiet()
    assert "duck" not in everything(place)
    assert await place.handlers.my_reports("web", place.name, ADA) == []


async def test_a_card_in_flight_while_its_report_is_deleted_is_removed(place: World) -> None:
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    place.platform.failing["l1"] = 1  # the try may have arrived all the same
    find = await place.found("f1", "red", "an umbrella with a duck's head")
    async with place.store.session(place.workspace.community) as session:
        assert await session.reports.get(find.id)
    await place.handlers.withdraw(Withdraw(target=find.target))
    await place.quiet()
    assert "duck" not in everything(place)


async def test_only_the_author_may_withdraw(place: World) -> None:
    loss = await place.lost("l1", "my red umbrella")
    for stranger in (BEN, MODERATOR):
        with pytest.raises(TellUserError, match="only_own"):
            await place.press("withdraw", loss.id, stranger)


async def test_a_longer_watch_begins_today(place: World) -> None:
    await place.set_up(keep_days=10)
    loss = await place.lost("l1", "my red umbrella")
    await place.set_up(keep_days=20)
    said = await place.press("extend", loss.id, ADA)
    async with place.store.session(place.workspace.community) as session:
        known = await session.reports.get(loss.id)
    assert known
    assert (known.expires_at - loss.expires_at).days == 10
    assert str(known.expires_at.day) in said.text()


async def how_probable(place: World, find: Report) -> float:
    """Return how probable it is that a find is what its only match is about."""
    async with place.store.session(place.workspace.community) as session:
        [match] = await session.matches.of(find.id)
    return match.probability


async def test_a_photo_added_later_finds_what_the_words_did_not(place: World) -> None:
    red, *_ = [await place.found(colour, colour) for colour in ("red", "green", "blue")]
    await place.quiet()
    loss = await place.lost("l1", "something that I can't describe")
    await place.quiet()
    before = await how_probable(place, red)
    photo = (IncomingPhoto("mine.jpg", data=drawing("red")),)
    for _ in range(2):  # told of twice
        await place.press("add_photo", loss.id, ADA, photos=photo, key="press-1")
    await place.quiet()
    assert await how_probable(place, red) > before
    async with place.store.session(place.workspace.community) as session:
        assert len(await session.photos.of(loss.id)) == 1
    with pytest.raises(TellUserError, match="too_many_photos"):
        await place.press("add_photo", loss.id, ADA, photos=photo * rules.MOST_PHOTOS, key="press-2")
    with pytest.raises(TellUserError, match="photo_missing"):
        await place.press("add_photo", loss.id, ADA, key="press-3")


async def test_changed_words_are_searched_for_and_stand_where_the_old_ones_stood(place: World) -> None:
    find = await place.found("f1", "green", "a cup")
    await place.lost("l1", "my green cup")
    await place.found("f2", "red", "another cup")
    await place.quiet()
    assert "a cup" in place.platform.thread("l1")[-1] or "a cup" in everything(place)
    assert await place.handlers.edit(EditReport(target=find.target, text="a mug with a crack"))
    assert not await place.handlers.edit(EditReport(target=find.target, text="a mug with a crack"))
    await place.quiet()
    assert "a mug with a crack" in "\n".join(place.platform.thread("l1"))
    assert not await place.handlers.edit(EditReport(target=place.at("found", "unknown"), text="what?"))


async def test_an_export_holds_everything_and_nothing_of_others(place: World) -> None:
    await place.found("f1", "red", "an umbrella")
    await place.quiet()
    await place.lost("l1", "my red umbrella", "red", place="library")
    await place.quiet()
    await place.press("mine", place.button("l1", "mine"), ADA, words="a blue thread")
    exported = await place.handlers.export("web", place.name, ADA)
    [report] = exported["reports"]
    assert (report["text"], report["place"], report["kind"]) == ("my red umbrella", "library", "lost")
    [photo] = report["photos"]
    assert Image.open(BytesIO(b64decode(photo["jpeg"]))).format == "JPEG"
    assert [claim["proof"] for claim in exported["claims"]] == ["a blue thread"]
    assert exported["verdicts"] == []


async def test_a_member_who_wants_to_be_forgotten_is(place: World) -> None:
    await place.found("f1", "red", "an umbrella")
    await place.quiet()
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    await place.press("mine", place.button("l1", "mine"), ADA, words="a blue thread")
    ada = Member("ada", "Ada")
    await place.give_verdict("l1", VerdictKind.REJECT, by=ada, is_moderator=True)
    privacy = await place.handlers.privacy("web", place.name, ADA)
    [forget] = [button for button in privacy.buttons if button.action == "forget"]
    await place.press("forget", forget.subject, ada)
    await place.quiet()
    assert "my red umbrella" not in everything(place)
    exported = await place.handlers.export("web", place.name, ada)
    assert (exported["reports"], exported["claims"]) == ([], [])
    async with place.store.session(place.workspace.community) as session:
        names = await session._all("SELECT moderator_name FROM verdict")
    assert [row["moderator_name"] for row in names] == [""]
