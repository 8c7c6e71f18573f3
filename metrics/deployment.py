"""The deployment's numbers from the database into gauges."""

from collections.abc import Sequence

from db.monitoring import Monitoring, StateCount, TaskCount
from metrics import definitions as metrics

_ENDED = ("returned", "withdrawn", "expired")


async def refresh(monitoring: Monitoring) -> None:
    """Read the numbers and set the gauges."""
    _set_processes([process.role for process in await monitoring.processes() if process.is_alive])
    _set_work(await monitoring.work())
    _set_outbox(await monitoring.outbox())
    reports = await monitoring.reports()
    metrics.REPORTS.clear()
    for each in reports:
        metrics.REPORTS.labels(each.what, each.state).set(each.number)
    metrics.RETURN_RATIO.set(return_ratio(reports))
    matches = await monitoring.matches()  # first: while it waits, another scrape may be answered
    metrics.MATCHES.clear()
    for each in matches:
        metrics.MATCHES.labels(each.what, each.state).set(each.number)


def return_ratio(reports: Sequence[StateCount]) -> float:
    """Return the share of the ended lost reports whose items were returned; 0 before any."""
    ended = {each.state: each.number for each in reports if each.what == "lost" and each.state in _ENDED}
    return ended.get("returned", 0) / sum(ended.values()) if ended else 0.0


def _set_processes(roles: Sequence[str]) -> None:
    metrics.PROCESSES.clear()
    for role in roles:
        metrics.PROCESSES.labels(role).inc()


def _set_work(work: Sequence[TaskCount]) -> None:
    metrics.BACKLOG.clear()
    metrics.BACKLOG_AGE.set(0)
    for each in work:
        metrics.BACKLOG.labels(each.state).set(each.number)
        if each.state == "due":
            metrics.BACKLOG_AGE.set(each.seconds)


def _set_outbox(outbox: Sequence[TaskCount]) -> None:
    metrics.OUTBOX.clear()
    metrics.OUTBOX_AGE.clear()
    for each in outbox:
        metrics.OUTBOX.labels(each.platform, each.state).set(each.number)
        if each.state == "queued":
            metrics.OUTBOX_AGE.labels(each.platform).set(each.seconds)
