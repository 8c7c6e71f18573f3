"""The order in which samples are posted and searched for: the found one first."""

from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.messages import keys
from reunite.messages import samples as messages
from reunite.messages.reply import Picture
from reunite.ports import Session


async def show_post(session: Session, sample: Report) -> bool:
    """Write a sample's post, with its photo; return whether to search for it now.

    The lost one is searched for again once its post is there, so that the found one can link to it.
    """
    stored = (photo for photo in await session.photos.of(sample.id) if photo.state is PhotoState.STORED)
    picture = next((Picture(photo.id, sample.id) for photo in stored), None)
    post = messages.sample_post(sample, picture)
    is_new = await session.outbox.post(sample.id, keys.report_post(sample.id), post)
    if is_new and sample.kind is ReportKind.LOST:
        await session.work.add(sample.id, hinted=False)
        return False
    return True


async def search_for_lost(session: Session, sample: Report) -> None:
    """Have the lost sample searched for, once the search of the found one is done."""
    if sample.kind is ReportKind.LOST:
        return
    for other in await session.reports.samples(sample.target):
        if other.kind is ReportKind.LOST and other.state is ReportState.PENDING:
            await session.work.add(other.id, hinted=False)
