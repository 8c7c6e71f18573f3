"""A bot's log leads from an event to its report."""

import pytest
from structlog.testing import capture_logs

from metrics.logged_handlers import LoggedHandlers
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import ReplyTarget
from tests.contract.stages import BEN, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_event_is_logged_with_its_post_and_its_report_and_without_words(stage: Stage) -> None:
    handlers = LoggedHandlers(stage.store, stage.hints)
    await handlers.join(JoinWorkspace("web", "here", "here"))
    target = ReplyTarget("web", "here", "found", "post 1")
    command = ReportFound(source_key="event 1", target=target, author=BEN, text="a diary")
    with capture_logs() as logged:
        report = (await handlers.report(command)).report
        await handlers.report(command)
    assert [(entry["event"], entry["source"], entry["message"], entry["is_new"]) for entry in logged] == [
        ("report_taken", "event 1", "post 1", True),
        ("report_taken", "event 1", "post 1", False),
    ]
    assert {entry["report"] for entry in logged} == {str(report.id)}
    assert "diary" not in str(logged)
