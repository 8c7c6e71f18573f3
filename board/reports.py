"""One report with its photos and matches, how it ends, and all reports as a table."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from board.parts import DELETED, SAVED, Section
from board.visits import Visit, see_other
from db.items import Item
from db.report_csv import REPORTS_PER_READ, Table, wanted
from db.session import CommunitySession
from http_server.photos import photo_response
from reunite import rules
from reunite.commands import Withdraw
from reunite.entities import Report, ReportKind


class Reports(Section):
    """Shows reports."""

    async def show(self, visit: Visit) -> web.Response:
        async with self._board.store.session(visit.community) as session:
            item = await _item(session, visit)
            longer = await _longer(session, visit, item.report)
            matches = await session.matches.of(item.report.id)
            whereabouts = await session.claims.whereabouts(item.report.id)
            claims = [claim for claim in await session.claims.on(item.report.id) if claim.has_proof]
            others = await session.items.of([match.other_side(visit.id) for match in matches])
        is_saved = SAVED in visit.request.query
        by_match = {match.id: match for match in matches if match.lost in others}
        shown = [(match, others[other]) for match in matches if (other := match.other_side(visit.id)) in others]
        return self._pages.show(
            visit,
            "report.html",
            item=item,
            matches=[(match, other) for match, other in shown if rules.is_match(match)],
            nearest=[(match, other) for match, other in shown if not rules.is_match(match)],
            whereabouts=whereabouts,
            longer=longer,
            is_saved=is_saved,
            next=await self._board.next_waiting(visit, item.report.id) if is_saved else "",
            claims=[
                claim
                for claim in claims
                if not (match := by_match.get(claim.match))
                or not rules.is_over(claim, match, others[match.lost].report, item.report)
            ],
        )

    async def keep_longer(self, visit: Visit) -> web.Response:
        """Keep a found report for as long as a new one: its finder may not be there to ask. Raises TellUserError."""
        async with self._board.store.session(visit.community) as session:
            if (await _item(session, visit)).report.kind is not ReportKind.FOUND:
                raise web.HTTPNotFound
        await self._board.press(visit, "extend", visit.id)
        return see_other(f"/reports/{visit.id}?{SAVED}")

    async def delete(self, visit: Visit) -> web.Response:
        """Delete a report and what is known about it, as deleting its post does in chat. Raises TellUserError."""
        async with self._board.store.session(visit.community) as session:
            report = (await _item(session, visit)).report.id
        member = visit.moderator.member
        command = Withdraw(target=visit.target, member=member, is_moderator=True, report=report)
        await self._board.handlers.withdraw(command)
        return see_other(f"/?{DELETED}")

    async def photo(self, visit: Visit) -> web.Response:
        """Return a photo's stored copy."""
        async with self._board.store.session(visit.community) as session:
            photo = await session.photos.get(visit.id)
            items = await session.items.of([photo.report]) if photo else {}
            if not items:
                raise web.HTTPNotFound
            return await photo_response(visit.request, visit.id, session.photos.stored_copy)

    async def table(self, visit: Visit) -> web.Response:
        """Return every report as a CSV file; sealed and private ones only if wanted."""
        sealed = visit.request.query.get("sealed") == "yes"
        async with self._board.store.session(visit.community) as session:
            everything = await session.import_export.reports()
            reports, table = wanted(everything, sealed=sealed), Table()
            for start in range(0, len(reports), REPORTS_PER_READ):
                items = await session.items.of(reports[start : start + REPORTS_PER_READ])
                for report in reports[start : start + REPORTS_PER_READ]:
                    if report in items:
                        table.add(items[report])
        return web.Response(
            body=table.file(),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": 'attachment; filename="reports.csv"'},
        )


async def _item(session: CommunitySession, visit: Visit) -> Item:
    """Return the report in the path. Raises HTTPNotFound."""
    items = await session.items.of([visit.id])
    if visit.id not in items:
        raise web.HTTPNotFound
    return items[visit.id]


async def _longer(session: CommunitySession, visit: Visit, report: Report) -> datetime | None:
    """Return until when a found report can be kept, if that is longer than it will be."""
    if report.kind is not ReportKind.FOUND or report.state not in rules.IN_PROGRESS:
        return None
    settings = await session.workspaces.settings_for(report.id)
    until = datetime.now(UTC) + timedelta(days=settings.keep_days)
    is_later = until.astimezone(visit.zone).date() > report.expires_at.astimezone(visit.zone).date()
    return until if is_later else None
