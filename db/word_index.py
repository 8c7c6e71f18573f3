"""The words of a community's open reports in memory, unless they are too many."""

from collections import Counter
from collections.abc import Collection, Sequence
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
        self._reports_of = Counter[str]()
        """How many reports each author has."""
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
            self._reports, self._holders, self._reports_of, self._uses = {}, {False: {}, True: {}}, Counter(), 0
            self.is_complete = False
        if not self.is_complete:
            return
        known = self._reports[report.report] = report
        key, holders = report.report.bytes, self._holders[report.hidden]
        for word in known.words:
            holders.setdefault(word, {})[key] = report.author
        self._reports_of[report.author] += 1
        self._uses += len(known.words)

    def remove(self, report: UUID) -> None:
        if (known := self._reports.pop(report, None)) is None:
            return
        holders = self._holders[known.hidden]
        for word in known.words:
            del holders[word][report.bytes]
            if not holders[word]:
                del holders[word]
        self._reports_of[known.author] -= 1
        if not self._reports_of[known.author]:
            del self._reports_of[known.author]
        self._uses -= len(known.words)

    def find(self, words: Sequence[str], most: int, released: Collection[UUID], *, with_hidden: bool) -> Found:
        """Find the reports with each word; words in more than `most` reports are common.

        Hidden reports take part if all do, or if they are released.
        """
        shown = {report.bytes for report in released}
        public, hidden = self._holders[False], self._holders[True]
        holders: Holders = {}
        for word in words:
            found = public.get(word, {})
            if word in hidden and (with_hidden or shown):
                more = {key: author for key, author in hidden[word].items() if with_hidden or key in shown}
                found = {**found, **more}
            if found:
                holders[word] = found
        common = [word for word, found in holders.items() if len(found) > most]
        for word in common:
            del holders[word]
        return Found(holders, self._reports_of, common)
