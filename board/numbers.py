"""The community's numbers, and the log of what moderators decided."""

import asyncio

from aiohttp import web

from board.pages import Pages
from board.parts import Board
from board.visits import Visit
from reunite.entities import ReportKind
from reunite.language import words_in
from reunite.messages.trending import soon_returned
from reunite.messages.wording import thing_words
from reunite.trends import places_of_both, things_lost

_THINGS, _PLACES = 10, 10


class Numbers:
    """Shows numbers and the log."""

    def __init__(self, board: Board, pages: Pages) -> None:
        self._board = board
        self._pages = pages

    async def show(self, visit: Visit) -> web.Response:
        """Show how many things were lost, found and returned: now, over time, where, and on which days."""
        here = visit.moderator
        now = await self._board.handlers.statistics(
            here.platform, here.workspace, visit.language, trends=False, for_moderators=True
        )
        async with self._board.store.session(visit.community) as session:
            weeks, words = await session.board.weeks(visit.zone.key), await session.board.newest_words()
            lost = (await session.workspaces.trends()).lost
            weekdays, days = await session.board.weekdays(visit.zone.key), await session.board.days_to_return()
        things = await asyncio.to_thread(things_lost, lost, _THINGS)  # they read many texts
        places = await asyncio.to_thread(places_of_both, words[ReportKind.LOST], words[ReportKind.FOUND], _PLACES)
        return self._pages.show(
            visit,
            "numbers.html",
            now=now.lines,
            weeks=weeks,
            most=max([1, *(max(week.lost, week.found, week.returned) for week in weeks)]),
            soon="" if days is None else soon_returned(days, visit.language),
            places=places,
            things=[(thing_words(name, visit.language), n) for name, n in things],
            weekdays=[(words_in(visit.language).weekdays[weekday.day - 1], weekday) for weekday in weekdays],
        )

    async def log(self, visit: Visit) -> web.Response:
        """Show who decided what about matches and claims, and who deleted a report, newest first."""
        async with self._board.store.session(visit.community) as session:
            lines = await session.board.log()
            items = await session.items.of({line.report for line in lines})
        return self._pages.show(visit, "log.html", lines=lines, items=items)
