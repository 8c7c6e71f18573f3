"""Handlers that log which report an event became, so that it can be traced to its work and replies."""

import structlog

from reunite.commands import NewReport
from reunite.handlers import Handlers
from reunite.posts import Receipt

_log = structlog.get_logger(__name__)


class LoggedHandlers(Handlers):
    """The handlers of a process that takes reports."""

    async def report(self, command: NewReport) -> Receipt:
        """Store a report, and log the event's id with the report's."""
        receipt = await super().report(command)
        target = command.target
        ids = {"source": command.source_key, "message": target.message, "report": str(receipt.report.id)}
        _log.info("report_taken", platform=target.platform, kind=command.kind, is_new=receipt.created, **ids)
        return receipt
