"""A private report is answered in its author's language; what others read about it is in the workspace's."""

import pytest

from bot.json_events import Event
from reunite.commands import Look, ReportLost, Withdraw
from reunite.entities import ReplyTarget
from reunite.language import sentence
from tests.contract.stages import ADA, BEN, Stage


async def test_its_thread_is_in_the_authors_language_and_what_others_read_is_not(stage: Stage) -> None:
    await stage.join(language="fr", log_channel="log")
    lost = await stage.lost(private=True, language="de", target=ReplyTarget("web", "here", "@ada"))
    found = await stage.found(language="de")
    assert (lost.language, found.language) == ("de", "fr")
    await stage.search(lost, found)
    claim = await stage.claim(await stage.match(lost), found)
    await stage.press("accept_claim", claim, BEN)
    own = "\n".join(reply.text() for reply in await stage.thread(lost))
    assert sentence("looking_yourself", "de") in own
    assert sentence("looking_yourself", "fr") not in own
    [begun] = await stage.thread(lost, "pair")
    names = {"owner": ADA.name, "finder": BEN.name}
    assert sentence("pair_begins", "fr", **names) in begun.text()
    finder, moderators = await stage.thread(found), await stage.thread(found, "moderators")
    for replies, action in ((finder, "whereabouts"), (moderators, "confirm")):
        words = {button.words for reply in replies for button in reply.buttons if button.action == action}
        assert words == {sentence(f"button_{action}", "fr")}


async def test_moderators_of_another_side_read_about_it_in_their_workspaces_language(stage: Stage) -> None:
    await stage.join("there", language="en", log_channel="their log")
    await stage.join(language="fr", log_channel="log")
    await stage.handlers.link("web", "here", await stage.handlers.link_code("web", "there"))
    lost = await stage.lost(private=True, language="de", target=ReplyTarget("web", "here", "@ada"))
    found = await stage.found(target=ReplyTarget("web", "there", "found", "1"))
    await stage.search(lost, found)
    await stage.claim(await stage.match(lost), found)
    for report, language in ((lost, "fr"), (found, "en")):
        read = await stage.thread(report, "moderators")
        words = {button.action: button.words for reply in read for button in reply.buttons}
        assert words["confirm"] == sentence("button_confirm", language)
    items = {item.key: item for item in await stage.store.delivery.lease("web", limit=100, seconds=60)}
    of_lost = [item for item in items.values() if item.report == lost.id]
    assert {(item.audience, item.language) for item in of_lost} >= {("moderators", None)}
    assert {item.language for item in of_lost if item.audience == "thread"} == {"de"}
    assert {item.language for item in items.values() if item.report == found.id} == {None}


async def test_a_public_report_is_in_the_workspaces_language(stage: Stage) -> None:
    await stage.join(language="fr")
    assert (await stage.lost(language="de")).language == "fr"


@pytest.mark.parametrize(("said", "language"), [({}, "fr"), ({"language": "ko"}, "fr"), ({"language": "de-AT"}, "de")])
async def test_a_chat_need_not_say_its_members_languages(stage: Stage, said: dict[str, str], language: str) -> None:
    await stage.join(language="fr")
    body = {"event": "report", "member": {"id": "1", "name": "Ada", **said}, "text": "my badge", "private": True}
    event = Event.of(body, "key", ("web", "here"))
    receipt = await stage.handlers.report(event.report(ReportLost, private=False))
    assert (receipt.report.private, receipt.report.language) == (True, language)


@pytest.mark.parametrize(
    ("private", "spoken", "language"), [(True, "de", "de"), (True, None, "fr"), (False, "de", "fr")]
)
async def test_a_search_becomes_a_report_in_its_authors_language_if_that_is_private(
    stage: Stage, *, private: bool, spoken: str | None, language: str
) -> None:
    workspace = await stage.join(language="fr", private_reports=private)
    here, there = ReplyTarget("web", "here", "found"), ReplyTarget("web", "here", "@ada")
    look = await stage.handlers.look(Look(source_key="look", target=here, author=ADA, text="my badge", language="de"))
    await stage.press("look_report", look, ADA, target=there, private=private, spoken=spoken)
    async with stage.session(workspace.community) as session:
        report = await session.reports.get(look)
    assert report
    assert report.language == language


async def test_nobody_knows_any_more_which_language_a_report_was_in_that_was_withdrawn(stage: Stage) -> None:
    await stage.join(language="fr")
    lost = await stage.lost(private=True, language="de")
    await stage.handlers.withdraw(Withdraw(target=lost.target))
    async with stage.session(lost.community) as session:
        [row] = await session._all("SELECT language FROM report")
    assert row["language"] is None
