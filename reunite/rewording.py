"""What follows from changed words of a report: it is searched for anew, and where it is quoted, the new words stand."""

from uuid import UUID

from reunite import rules, wording
from reunite.errors import TellUserError
from reunite.model import PhotoState, Report
from reunite.ports import Session


async def reword(session: Session, report: Report, text: str) -> UUID:
    """Change a report's words, also in the threads that quote them, and return the work of looking again."""
    if len(text) > rules.MOST_TEXT:
        raise TellUserError("text_too_long", length=len(text), most=rules.MOST_TEXT)
    await session.set_text(report.id, text)
    changed = (await session.lock({report.id}))[report.id]
    opening = wording.opening(changed)
    await session.revise(f"{report.id}:post", opening)
    for match in await session.matches_of(report.id):
        other = await session.report(match.found if match.lost == report.id else match.lost)
        if other and await session.is_shown(match.id, other.id):
            photos = [] if changed.sealed else await session.photos(report.id)
            picture = next((photo.id for photo in photos if photo.state is PhotoState.STORED), None)
            card = wording.match_card(match, changed, other, picture)
            await session.revise(f"{match.id}:{other.kind}", card)
    return await session.add_work(report.id)
