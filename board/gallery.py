"""Reports as a gallery, with filters, and the search by words or a photo."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web

from board.parts import DELETED, Section
from board.visits import Visit
from db.board import Filter
from db.transient_search import run_query
from metrics.searches import count_search
from reunite import rules
from reunite.commands import REPORTS, NewReport
from reunite.entities import Match, MatchState, ReportKind, ReportState
from reunite.errors import TellUserError
from reunite.matching.evidence import MAX_CANDIDATES
from reunite.matching.scoring import ScoredCandidate
from reunite.text.controls import storable

_PER_PAGE: Final = 24
_MAX_PAGES: Final = 10_000
_STATES: Final = (ReportState.OPEN, ReportState.PENDING, ReportState.RETURNED)
"""Reports in the other states are deleted, or will be within a minute."""
_CHOICES: Final = (*_STATES, "unanswered", "ending")
_SEALED: Final[Mapping[str, bool | None]] = {"": None, "yes": True, "no": False}
_FILTERS: Final = ("kind", "state", "sealed", "place", "since", "until")


class Gallery(Section):
    """The board's first page."""

    async def show(self, visit: Visit) -> web.Response:
        """Show the reports that the filters in the address choose; without any, what waits and the open reports."""
        query = visit.request.query
        chosen = {name: storable(query.get(name, "")).strip() for name in _FILTERS}
        if "state" not in query:
            chosen["state"] = ReportState.OPEN
        number = _page_number(query.get("page", "1"))
        async with self._board.store.session(visit.community) as session:
            found, total = await session.board.reports(_filter(chosen, visit.zone), _PER_PAGE, (number - 1) * _PER_PAGE)
            items = await session.items.of(found)
            waiting = await session.board.waiting() if not (query.keys() - {DELETED}) else None
        return self._pages.show(
            visit,
            "gallery.html",
            waiting=waiting,
            is_deleted=DELETED in query,
            next=await self._board.next_waiting(visit) if DELETED in query else "",
            items=[items[report] for report in found if report in items],
            total=total,
            chosen=chosen,
            states=_CHOICES,
            number=number,
            pages=max(1, -(-total // _PER_PAGE)),
            query=urlencode(chosen),
        )

    async def search(self, visit: Visit) -> web.Response:
        """Show the open reports that are nearest to some words or a photo; nothing of the search is kept."""
        words, among = visit.fields.get("words", ""), visit.fields.get("among", "")
        if among not in REPORTS or not (words or visit.photo):
            raise TellUserError("empty_report")
        if len(words) > rules.MAX_TEXT:
            raise TellUserError("text_too_long", length=len(words), number=rules.MAX_TEXT)
        photos = [visit.photo] if visit.photo else []
        encoded = await self._board.encoder.encode(visit.community, [words] if words else [], photos)
        query = _query(visit, words, among)
        found = await run_query(self._board.store, visit.community, query, encoded, MAX_CANDIDATES, hidden=True)
        count_search("board", found.candidates)
        results = [
            (found.items[candidate.report], _match(candidate))
            for candidate in found.candidates
            if candidate.report in found.items
        ]
        return self._pages.show(
            visit, "search.html", results=results[:_PER_PAGE], searched=found.searched, words=words, among=among
        )


def _page_number(given: str) -> int:
    return min(max(int(given), 1), _MAX_PAGES) if given.isascii() and given.isdecimal() and len(given) < 9 else 1  # noqa: PLR2004 - digits of far too many pages


def _filter(chosen: Mapping[str, str], zone: ZoneInfo) -> Filter:
    """Read the filters; an invalid value filters nothing."""
    until = _day(chosen["until"], zone)
    return Filter(
        kind=chosen["kind"] if chosen["kind"] in set(ReportKind) else "",
        state=chosen["state"] if chosen["state"] in _CHOICES else "",
        sealed=_SEALED.get(chosen["sealed"]),
        place=chosen["place"],
        since=_day(chosen["since"], zone),
        until=until + timedelta(days=1) if until else None,
    )


def _day(given: str, zone: ZoneInfo) -> datetime | None:
    """Return when a day begins."""
    try:
        day = datetime.combine(date.fromisoformat(given), time(), zone)
    except ValueError:
        return None
    return day if rules.is_plausible_time(day) else None


def _query(visit: Visit, words: str, among: str) -> NewReport:
    key = f"query:{uuid4()}"
    target = visit.target
    return REPORTS[ReportKind(among).opposite](
        source_key=key, target=target.at(key), author=visit.moderator.member, text=words
    )


def _match(scored: ScoredCandidate) -> Match:
    """Return a candidate as a match, so that it can be shown like one."""
    return Match(
        id=scored.report,
        lost=scored.report,
        found=scored.report,
        probability=scored.probability,
        label=scored.label,
        why=scored.why,
        state=MatchState.UNDECIDED,
        photo=scored.photo,
    )
