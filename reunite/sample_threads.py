"""What a search writes for samples: their posts, and the loss only once the find can be found."""

from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.messages import keys
from reunite.messages import samples as messages
from reunite.messages.reply import Picture
from reunite.ports import Session


async def show(session: Session, sample: Report) -> None:
    """Write a sample's post, with its photo; a second time changes nothing."""
    stored = (photo for photo in await session.photos.of(sample.id) if photo.state is PhotoState.STORED)
    picture = next((Picture(photo.id, sample.id) for photo in stored), None)
    await session.outbox.post(sample.id, keys.report_post(sample.id), messages.sample_post(sample, picture))


async def go_on(session: Session, sample: Report) -> None:
    """Have a sample loss searched for, once the search of its workspace's sample find is done."""
    if sample.kind is ReportKind.LOST:
        return
    for each in await session.reports.samples(sample.target):
        if each.kind is ReportKind.LOST and each.state is ReportState.PENDING:
            await session.work.add(each.id, hinted=False)
