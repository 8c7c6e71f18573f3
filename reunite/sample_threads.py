"""What a search writes for samples: their posts, and the loss only once the find can be found."""

from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.messages import keys
from reunite.messages import samples as messages
from reunite.messages.reply import Picture
from reunite.ports import Session


async def show_post(session: Session, sample: Report) -> bool:
    """Write a sample's post, with its photo. A loss is searched for later then, so that others can link to its post."""
    stored = (photo for photo in await session.photos.of(sample.id) if photo.state is PhotoState.STORED)
    picture = next((Picture(photo.id, sample.id) for photo in stored), None)
    post = messages.sample_post(sample, picture)
    is_new = await session.outbox.post(sample.id, keys.report_post(sample.id), post)
    if is_new and sample.kind is ReportKind.LOST:
        await session.work.add(sample.id, hinted=False)
        return False
    return True


async def search_for_loss(session: Session, sample: Report) -> None:
    """Have a sample loss searched for, once the search of its workspace's sample find is done."""
    if sample.kind is ReportKind.LOST:
        return
    for each in await session.reports.samples(sample.target):
        if each.kind is ReportKind.LOST and each.state is ReportState.PENDING:
            await session.work.add(each.id, hinted=False)
