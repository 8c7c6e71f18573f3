"""The words of a community's open reports in memory, unless they are too many."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.rare_words import Found, Holders, Sampled

MAX_USES: Final = 100_000
"""With more words in reports, none are kept: PostgreSQL looks them up."""
_REPORT, _USE, _WORD = 700, 100, 400
"""Roughly the bytes of a report, of a word in it, and of a word however many use it."""


class WordIndex:
    """Open reports of one kind by their words."""

    def __init__(self, uses: int = 0) -> None:
        """Start empty; of reports with more than `MAX_USES` words together, none will be kept."""
        self.is_complete = uses <= MAX_USES
        self._reports: dict[UUID, Sampled] = {}
        self._holders: dict[bool, Holders] = {False: {}, True: {}}
        """By whether the reports are sealed or private."""
        self._reports_of = _no_authors()
        self._uses = 0

    @property
    def size(self) -> int:
        """Its size in bytes, roughly."""
        words = sum(map(len, self._holders.values()))
        return _REPORT * len(self._reports) + _USE * self._uses + _WORD * words

    def add(self, report: Sampled) -> None:
        """Add a report, or forget all if there are too many words."""
        self.remove(report.report)
        if self._uses + len(report.words) > MAX_USES:
            self._reports, self._holders, self._reports_of, self._uses = {}, {False: {}, True: {}}, _no_authors(), 0
            self.is_complete = False
        if not self.is_complete:
            return
        known = self._reports[report.report] = report
        key, holders = report.report.bytes, self._holders[report.hidden]
        for word in known.words:
            holders.setdefault(word, {})[key] = report.author
        for reports_of in self._counted_with(report):
            reports_of[report.author] += 1
        self._uses += len(known.words)

    def remove(self, report: UUID) -> None:
        if (known := self._reports.pop(report, None)) is None:
            return
        holders = self._holders[known.hidden]
        for word in known.words:
            del holders[word][report.bytes]
            if not holders[word]:
                del holders[word]
        for reports_of in self._counted_with(known):
            reports_of[known.author] -= 1
            if not reports_of[known.author]:
                del reports_of[known.author]
        self._uses -= len(known.words)

    def _counted_with(self, report: Sampled) -> list[Counter[str]]:
        """Return where a report counts: with the hidden ones, and without them if it isn't one."""
        return [counts for with_hidden, counts in self._reports_of.items() if with_hidden or not report.hidden]

    def find(self, words: Sequence[str], limit: int, *, with_hidden: bool) -> Found:
        """Find the reports with each word; words in more than `limit` reports are common."""
        public, hidden = self._holders[False], self._holders[True]
        holders: Holders = {}
        for word in words:
            found = public.get(word, {})
            if with_hidden and word in hidden:
                found = {**found, **hidden[word]}
            if found:
                holders[word] = found
        common = [word for word, found in holders.items() if len(found) > limit]
        for word in common:
            del holders[word]
        return Found(holders, self._reports_of[with_hidden], common)


def _no_authors() -> dict[bool, Counter[str]]:
    """Return how many reports each author has, without the hidden ones and with them; at first none."""
    return {False: Counter(), True: Counter()}
