"""A report with two confirmed matches, one of which is undone: cases of the handlers."""

from reunite.entities import Member, Report, ReportState, VerdictKind
from tests.contract.stages import MODERATOR, Stage

SAM = Member("sam", "Sam")


class ReturnedTwiceCases:
    """What was undone is no longer said, and what still counts is."""

    async def test_a_return_that_is_undone_is_said_no_longer_while_another_counts(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost = await stage.lost()
        finds = [await stage.found("a black umbrella"), await stage.found("a long umbrella")]
        await _confirmed_twice_and_undone_once(stage, lost, finds)

    async def test_so_it_is_for_an_item_that_two_people_miss(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found = await stage.found()
        await _confirmed_twice_and_undone_once(stage, found, [await stage.lost(), await stage.lost("mine is black")])


async def _confirmed_twice_and_undone_once(stage: Stage, shared: Report, others: list[Report]) -> None:
    for other in others:
        await stage.search(shared, other)
    first, second = await stage.matches(shared)
    await stage.verdict(first, VerdictKind.CONFIRM)
    await stage.verdict(second, VerdictKind.CONFIRM, SAM, is_moderator=True)
    assert await _said(stage, shared) == [MODERATOR.name, SAM.name]
    await stage.verdict(second, VerdictKind.CONFIRM, SAM, given=False, is_moderator=True)
    assert (await stage.state(shared), await _said(stage, shared)) == (ReportState.RETURNED, [MODERATOR.name])
    await stage.verdict(first, VerdictKind.CONFIRM, given=False)
    assert (await stage.state(shared), await _said(stage, shared)) == (ReportState.OPEN, [])


async def _said(stage: Stage, report: Report) -> list[str]:
    """Return who has confirmed that it's back, as the thread says."""
    news = [reply.text() for reply in await stage.thread(report) if reply.kind == "returned"]
    return [name for said in news for name in (MODERATOR.name, SAM.name) if name in said]
