"""Sets the gauges for the whole deployment from the database."""

from collections.abc import Sequence
from typing import Final

from db.monitoring import Monitoring, StateCount, TaskCount
from metrics import definitions as metrics

_ENDED: Final = ("returned", "withdrawn", "expired")


async def refresh(monitoring: Monitoring) -> None:
    """Read the numbers and set the gauges."""
    _set_processes([process.role for process in await monitoring.processes() if process.is_alive])
    _set_work(await monitoring.work())
    _set_outbox(await monitoring.outbox())
    reports = await monitoring.reports()
    metrics.REPORTS.clear()
    for count in reports:
        metrics.REPORTS.labels(count.what, count.state).set(count.number)
    metrics.RETURN_RATIO.set(return_ratio(reports))
    matches = await monitoring.matches()  # before clearing: another scrape may be served while this waits
    metrics.MATCHES.clear()
    for count in matches:
        metrics.MATCHES.labels(count.what, count.state).set(count.number)


def return_ratio(reports: Sequence[StateCount]) -> float:
    """Return the share of ended lost reports whose items were returned; 0 before any has ended."""
    ended = {count.state: count.number for count in reports if count.what == "lost" and count.state in _ENDED}
    return ended.get("returned", 0) / sum(ended.values()) if ended else 0.0


def _set_processes(roles: Sequence[str]) -> None:
    metrics.PROCESSES.clear()
    for role in roles:
        metrics.PROCESSES.labels(role).inc()


def _set_work(work: Sequence[TaskCount]) -> None:
    metrics.BACKLOG.clear()
    metrics.BACKLOG_AGE.set(0)
    for count in work:
        metrics.BACKLOG.labels(count.state).set(count.number)
        if count.state == "due":
            metrics.BACKLOG_AGE.set(count.seconds)


def _set_outbox(outbox: Sequence[TaskCount]) -> None:
    metrics.OUTBOX.clear()
    metrics.OUTBOX_AGE.clear()
    for count in outbox:
        metrics.OUTBOX.labels(count.platform, count.state).set(count.number)
        if count.state == "queued":
            metrics.OUTBOX_AGE.labels(count.platform).set(count.seconds)
