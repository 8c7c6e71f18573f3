"""How much one member may report, and what is said where an answer takes long."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db.work import SqlWork
from reunite.commands import Look
from reunite.entities import ReplyTarget, Report, ReportState
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.ports import Backlog
from tests.contract.look_cases import searched
from tests.contract.stages import ADA, BEN, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_report_behind_many_is_told_its_wait_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def backlog(self: SqlWork, since: object) -> Backlog:
        del self, since
        return Backlog(100, 3.0)

    monkeypatch.setattr(SqlWork, "backlog", backlog)
    await stage.join()
    report = await stage.found(key="again")
    await stage.found(key="again")
    [reply] = await stage.thread(report)
    assert reply.text() == "A lot came in at once, so my answer takes about 5 minutes. I haven't forgotten you."


def limit(stage: Stage, reports_per_hour: int) -> None:
    stage.handlers = Handlers(stage.store, stage.hints, lambda: stage.time, reports_per_hour=reports_per_hour)


async def test_one_member_may_report_so_much_in_an_hour_and_others_still_may(stage: Stage) -> None:
    limit(stage, 2)
    await stage.join()
    first = await stage.lost(author=ADA, key="first")
    await stage.lost(author=ADA)
    with pytest.raises(TellUserError, match="too_many_reports"):
        await stage.lost(author=ADA)
    assert (await stage.lost(author=ADA, key="first")).id == first.id, "it was taken before"
    await stage.lost(author=BEN)
    stage.time += timedelta(hours=2)
    await stage.lost(author=ADA)


async def test_a_search_counts_as_one_more_and_several_at_a_time_as_one(stage: Stage) -> None:
    limit(stage, 2)
    await stage.join()
    await stage.lost(author=ADA)
    for words in ("a scarf", "a red scarf"):
        await look(stage, words)
    await stage.lost(author=ADA)
    with pytest.raises(TellUserError, match="too_many_reports"):
        await look(stage, "a cap")


async def test_a_search_that_is_filed_is_a_report_within_the_limit(stage: Stage) -> None:
    limit(stage, 1)
    await stage.join()
    await stage.found("a badge, number XK-7731", author=BEN)
    first, second = [await look(stage, "badge XK-7731") for _ in range(2)]
    await claim(stage, first)
    with pytest.raises(TellUserError, match="too_many_reports"):
        await claim(stage, second)
    assert (await stage.now(second)).state is ReportState.LOOK, "nothing of it was filed"


async def look(stage: Stage, words: str) -> Report:
    """Search as ADA, and return the look."""
    target = ReplyTarget("web", "here", "lost")
    found = await stage.handlers.look(Look(source_key=str(uuid4()), target=target, author=ADA, text=words))
    return await searched(stage, found)


async def claim(stage: Stage, searched: Report) -> None:
    [match] = await stage.matches(searched)
    await stage.press("look_mine", match.id, ADA, words="a scratch", target=ReplyTarget("web", "here", "lost"))
