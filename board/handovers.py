"""Handovers: where each item is kept, and labels for the shelf."""

import segno
from aiohttp import web
from markupsafe import Markup

from board.parts import SAVED, Section
from board.visits import Visit, see_other
from reunite.entities import ClaimState, MatchState, ReportKind


class Handovers(Section):
    """Shows the items to hand over, and makes labels."""

    async def list(self, visit: Visit) -> web.Response:
        """Show accepted claims, and what else was handed in."""
        async with self._board.store.session(visit.community) as session:
            accepted = [
                (claim, match)
                for claim, match in await session.board.claims(ClaimState.ACCEPTED)
                if match.state is MatchState.UNDECIDED
            ]
            kept = await session.board.handed_in()
            found = dict.fromkeys([*(match.found for _, match in accepted), *kept])
            items = await session.items.of(found)
            whereabouts = {item: await session.claims.whereabouts(item) for item in items}
        agreed = [(claim, match, items[match.found]) for claim, match in accepted if match.found in items]
        others = [
            items[report] for report in kept if report in items and report not in {match.found for _, match in accepted}
        ]
        return self._pages.show(visit, "handovers.html", agreed=agreed, others=others, whereabouts=whereabouts)

    async def keep(self, visit: Visit) -> web.Response:
        """Store where a found item is kept. Raises TellUserError."""
        words, code = visit.fields.get("place", ""), visit.fields.get("code", "")
        await self._board.press(visit, "whereabouts", visit.id, words=words, code=code)
        return see_other(f"/reports/{visit.id}?{SAVED}")

    async def label(self, visit: Visit) -> web.Response:
        """Show a label to print: the shelf's code, and a QR code that leads to the report."""
        async with self._board.store.session(visit.community) as session:
            item = (await session.items.of([visit.id])).get(visit.id)
            if item is None or item.report.kind is not ReportKind.FOUND:
                raise web.HTTPNotFound
            whereabouts = await session.claims.whereabouts(item.report.id)
        drawn = segno.make_qr(f"{self._board.url}/reports/{visit.id}", error="m")
        picture = Markup(drawn.svg_inline(scale=4, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704 - drawn
        return self._pages.show(visit, "label.html", item=item, whereabouts=whereabouts, qr=picture)
