"""The posts that the bot writes for reports that came by command."""

from reunite.entities import Report
from reunite.messages import keys, wording
from reunite.ports import Session
from reunite.tiles import picture_of


async def revise_post(session: Session, report: Report) -> None:
    """Let the post of a report show its words and its photo as they are now, if it has such a post."""
    if report.sample:
        return
    picture = None if report.sealed else await picture_of(session, report)
    await session.outbox.revise(keys.report_post(report.id), wording.report_post(report, picture))
