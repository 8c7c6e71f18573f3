"""How much one member may report, and what is said where an answer takes long."""

from datetime import timedelta

import pytest

from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.limits import check_pace, minutes_to_wait
from reunite.ports import Backlog
from tests.contract.stages import ADA, BEN, MemoryStage
from tests.doubles.memory.reports import MemoryWork


@pytest.mark.parametrize(
    ("queued", "seconds_each", "minutes"),
    [(300, None, None), (0, 5.0, None), (40, 3.0, None), (41, 3.0, 3), (300, 2.5, 13), (1, 7200.0, 120)],
)
def test_a_wait_is_said_in_minutes_where_it_is_long_and_known(
    queued: int, seconds_each: float | None, minutes: int | None
) -> None:
    assert minutes_to_wait(Backlog(queued, seconds_each)) == minutes


def test_as_much_as_is_allowed_is_taken() -> None:
    check_pace(60, 60)
    check_pace(1000, None)
    with pytest.raises(TellUserError, match="too_many_reports"):
        check_pace(61, 60)


async def test_a_report_behind_many_hears_once_how_long_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def backlog(self: MemoryWork, since: object) -> Backlog:
        del self, since
        return Backlog(100, 3.0)

    monkeypatch.setattr(MemoryWork, "backlog", backlog)
    stage = MemoryStage()
    await stage.join()
    report = await stage.found(key="again")
    await stage.found(key="again")
    [said] = await stage.thread(report)
    assert said.text() == "Busy just now: you'll be answered in about 5 minutes. I haven't forgotten you."


async def test_one_member_may_report_so_much_in_an_hour_and_others_still_may() -> None:
    stage = MemoryStage()
    stage.handlers = Handlers(stage.store, stage.hints, lambda: stage.time, reports_per_hour=2)
    await stage.join()
    first = await stage.lost(author=ADA, key="first")
    await stage.lost(author=ADA)
    with pytest.raises(TellUserError, match="too_many_reports"):
        await stage.lost(author=ADA)
    assert (await stage.lost(author=ADA, key="first")).id == first.id, "it was taken before"
    await stage.lost(author=BEN)
    stage.time += timedelta(hours=2)
    await stage.lost(author=ADA)
