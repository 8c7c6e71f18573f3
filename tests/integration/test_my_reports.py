"""What members do with their own reports, by the real worker, store and delivery."""

from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from reunite import forgetting, rules
from reunite.commands import EditReport, Withdraw
from reunite.entities import IncomingPhoto, Member, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.language import sentence
from tests.support.pictures import drawing
from tests.support.world import ADA, BEN, MODERATOR, World, world_with_a_worker

pytestmark = pytest.mark.untraced


world_fixture = pytest.fixture(world_with_a_worker, name="world")


def everything(world: World) -> str:
    """Return everything that is shown anywhere."""
    there = [outgoing.reply.text() for target, outgoing in world.platform.messages if target.message != "removed"]
    return "\n".join(there)


async def test_mine_lists_my_open_reports_and_what_i_can_do_with_each(world: World) -> None:
    await world.lost("l1", "a red umbrella")
    await world.lost("l2", "a green cup")
    await world.found("f1", "blue", "a bottle")
    await world.wait_until_idle()
    mine = await world.handlers.my_reports("web", world.name, ADA)
    assert ["umbrella" in reply.text() for reply in mine] == [True, False]
    assert {button.action for button in mine[0].buttons} == {"withdraw", "extend", "add_photo", "add_detail"}
    assert await world.handlers.my_reports("web", world.name, Member("eve", "Eve")) == []


async def test_mine_with_many_long_reports_lists_the_newest_and_says_how_many_are_older(world: World) -> None:
    for number in range(17):
        await world.lost(f"l{number}", f"hat number {number} {'x' * 3900}")
    *listed, more = await world.handlers.my_reports("web", world.name, ADA)
    assert ["hat number 2 " in listed[0].text(), "hat number 16 " in listed[-1].text()] == [True, True]
    assert (len(listed), more.buttons) == (15, ())
    assert more.text().startswith("2 older reports")
    assert sum(len(reply.text()) for reply in listed) < 12_000  # Slack takes little more in one message


async def test_withdrawing_takes_every_copy_away(world: World) -> None:
    found = await world.found("f1", "red", "an umbrella with a duck's head")
    await world.wait_until_idle()
    lost = await world.lost("", "my red umbrella, a gift from Zoe", target=world.at("lost"))
    await world.wait_until_idle()
    assert "duck" in everything(world)
    assert "Zoe" in everything(world)

    await world.press("withdraw", lost.id, ADA)
    await world.wait_until_idle()
    assert "Zoe" not in everything(world)
    assert await world.state(lost) == "withdrawn"
    await world.handlers.withdraw(Withdraw(target=found.target))
    await world.wait_until_idle()
    assert "duck" not in everything(world)
    assert await world.handlers.my_reports("web", world.name, ADA) == []


async def test_a_card_in_flight_while_its_report_is_deleted_is_removed(world: World) -> None:
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    world.platform.failing["l1"] = 1  # the try may have arrived all the same
    found = await world.found("f1", "red", "an umbrella with a duck's head")
    async with world.store.session(world.workspace.community) as session:
        assert await session.reports.get(found.id)
    await world.handlers.withdraw(Withdraw(target=found.target))
    await world.wait_until_idle()
    assert "duck" not in everything(world)


async def test_only_the_author_may_withdraw(world: World) -> None:
    lost = await world.lost("l1", "my red umbrella")
    for stranger in (BEN, MODERATOR):
        with pytest.raises(TellUserError, match="only_own"):
            await world.press("withdraw", lost.id, stranger)


async def test_a_longer_watch_begins_today(world: World) -> None:
    await world.set_up(keep_days=10)
    lost = await world.lost("l1", "my red umbrella")
    await world.set_up(keep_days=20)
    reply = await world.press("extend", lost.id, ADA)
    async with world.store.session(world.workspace.community) as session:
        known = await session.reports.get(lost.id)
    assert known
    assert (known.expires_at - lost.expires_at).days == 10
    assert str(known.expires_at.day) in reply.text()


async def how_probable(world: World, found: Report) -> float:
    """Return how probable it is that a found report is what its only match is about."""
    async with world.store.session(world.workspace.community) as session:
        [match] = await session.matches.of(found.id)
    return match.probability


async def test_a_photo_added_later_finds_what_the_words_did_not(world: World) -> None:
    red, *_ = [await world.found(colour, colour) for colour in ("red", "green", "blue")]
    await world.wait_until_idle()
    lost = await world.lost("l1", "something that I can't describe")
    await world.wait_until_idle()
    before = await how_probable(world, red)
    photo = (IncomingPhoto("mine.jpg", data=drawing("red")),)
    for _ in range(2):  # told of twice
        await world.press("add_photo", lost.id, ADA, photos=photo, key="press-1")
    await world.wait_until_idle()
    assert await how_probable(world, red) > before
    async with world.store.session(world.workspace.community) as session:
        assert len(await session.photos.of(lost.id)) == 1
    with pytest.raises(TellUserError, match="too_many_photos"):
        await world.press("add_photo", lost.id, ADA, photos=photo * rules.MAX_PHOTOS, key="press-2")
    with pytest.raises(TellUserError, match="photo_missing"):
        await world.press("add_photo", lost.id, ADA, key="press-3")


async def test_changed_words_are_searched_for_and_stand_where_the_old_ones_stood(world: World) -> None:
    found = await world.found("f1", "green", "a cup")
    await world.lost("l1", "my green cup")
    await world.found("f2", "red", "another cup")
    await world.wait_until_idle()
    assert "a cup" in world.platform.thread("l1")[-1] or "a cup" in everything(world)
    assert await world.handlers.edit(EditReport(target=found.target, text="a mug with a crack"))
    assert not await world.handlers.edit(EditReport(target=found.target, text="a mug with a crack"))
    await world.wait_until_idle()
    assert "a mug with a crack" in "\n".join(world.platform.thread("l1"))
    assert not await world.handlers.edit(EditReport(target=world.at("found", "unknown"), text="what?"))


async def test_an_export_holds_everything_and_nothing_of_others(world: World) -> None:
    await world.found("f1", "red", "an umbrella")
    await world.wait_until_idle()
    await world.lost("l1", "my red umbrella", "red", place="library")
    await world.wait_until_idle()
    await world.press("mine", world.button("l1", "mine"), ADA, words="a blue thread")
    exported = await world.handlers.export("web", world.name, ADA)
    [report] = exported["reports"]
    assert (report["text"], report["place"], report["kind"]) == ("my red umbrella", "library", "lost")
    [photo] = report["photos"]
    assert Image.open(BytesIO(b64decode(photo["jpeg"]))).format == "JPEG"
    assert [claim["proof"] for claim in exported["claims"]] == ["a blue thread"]
    assert exported["verdicts"] == []


async def test_a_member_who_wants_to_be_forgotten_is(world: World) -> None:
    await world.found("f1", "red", "an umbrella")
    await world.wait_until_idle()
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    await world.press("mine", world.button("l1", "mine"), ADA, words="a blue thread")
    ada = Member("ada", "Ada")
    await world.give_verdict("l1", VerdictKind.REJECT, by=ada, is_moderator=True)
    privacy = await world.handlers.privacy("web", world.name, ADA)
    [forget] = [button for button in privacy.buttons if button.action == "forget"]
    await world.press("forget", forget.subject, ada)
    await world.wait_until_idle()
    assert "my red umbrella" not in everything(world)
    exported = await world.handlers.export("web", world.name, ada)
    assert (exported["reports"], exported["claims"]) == ([], [])
    async with world.store.session(world.workspace.community) as session:
        names = await session._all("SELECT moderator_name FROM verdict")
    assert [row["moderator_name"] for row in names] == [""]


async def test_many_reports_are_found_by_nobody_until_they_are_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_MAX_AWAITED", 0)
    await world.found("f1", "red", "an umbrella")
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    reply = await world.press("forget", world.workspace.id, ADA)
    assert reply.text() == sentence("note_forgetting")
    async with world.store.session(world.workspace.community) as session:
        assert [report.state for report in await session.reports.by_author(world.workspace.id, ADA.id)] == ["withdrawn"]
    rest = await world.handlers.forgetting.rest("web", world.name, ADA)
    assert rest
    assert rest.text() == sentence("note_nothing_left")
    assert (await world.handlers.export("web", world.name, ADA))["reports"] == []
    assert await world.handlers.forgetting.rest("web", world.name, ADA) is None
    assert len((await world.handlers.export("web", world.name, BEN))["reports"]) == 1, "others' stay"
