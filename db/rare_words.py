"""Rare words: which open reports share them, and which of the query's words are boilerplate."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.queries import Queries
from db.vectors import Ids, Scope, as_array
from reunite.text.content import rare_candidates
from reunite.text.rarity import MOST_HOLDERS, boilerplate_words, rare_words

_HOLDERS: Final = """SELECT word, reports, authors
FROM reports_with_words(%(words)s, %(opposite)s::report_kind, %(most)s, %(report)s, %(hidden)s)"""
_REPORTS_OF: Final = """SELECT o.author_id, count(*) AS n FROM workspace w
JOIN report o ON o.workspace_id = w.id AND o.author_id = ANY(%(authors)s)
WHERE o.kind = %(opposite)s::report_kind AND o.state = 'open' GROUP BY o.author_id"""
_SAMPLED: Final = """SELECT r.id, r.author_id,
  ARRAY(SELECT word FROM unnest(%(words)s::text[]) AS given (word) WHERE r.words @> ARRAY[word]) AS words
FROM report r WHERE r.id = ANY(%(reports)s::uuid[])"""

Holders = dict[str, dict[UUID, str]]
"""For each word the reports with it, and their authors."""


class SqlRareWords(Queries):
    """Looks up the query's words."""

    async def rare(
        self, text: str, scope: Scope, open_count: int, sample: Ids | None
    ) -> tuple[dict[UUID, set[str]], frozenset[str]]:
        """Return the rare words of other reports, and the boilerplate.

        With a `sample` of the open reports, it decides whether words that many have are boilerplate.
        """
        wanted = rare_candidates(text)
        if not wanted:
            return {}, frozenset()
        most = open_count if sample is None else MOST_HOLDERS
        found = await self._all(_HOLDERS, **scope.params(), words=list(wanted), most=most)
        holders: Holders = {
            row["word"]: dict(zip(row["reports"], row["authors"], strict=True)) for row in found if row["reports"]
        }
        common = [row["word"] for row in found if not row["reports"]]
        rare, boilerplate = rare_words(holders, await self._reports_of(holders, scope), open_count)
        return rare, boilerplate | await self._sampled(common, sample)

    async def _reports_of(self, holders: Holders, scope: Scope) -> dict[str, int]:
        """Return how many open reports those authors have who used a word more than once."""
        counts = (Counter(held.values()) for held in holders.values())
        authors = {author for count in counts for author, times in count.items() if times > 1}
        if not authors:
            return {}
        found = await self._all(_REPORTS_OF, authors=list(authors), opposite=scope.opposite)
        return {row["author_id"]: row["n"] for row in found}

    async def _sampled(self, words: Sequence[str], sample: Ids | None) -> frozenset[str]:
        if not words or sample is None:
            return frozenset()
        found = await self._all(_SAMPLED, words=list(words), reports=as_array(sample))
        holders: Holders = {
            word: {row["id"]: row["author_id"] for row in found if word in row["words"]} for word in words
        }
        return boilerplate_words(holders, Counter(row["author_id"] for row in found), len(found))
