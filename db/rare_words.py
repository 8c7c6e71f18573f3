"""Rare words: which open reports share them, and which of the query's words are boilerplate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from db.mapping import Row
from db.queries import Queries
from db.vectors import Ids, as_array
from reunite.text.content import rare_candidates
from reunite.text.rarity import MOST_HOLDERS, boilerplate_words, rare_words

_HOLDERS: Final = """SELECT word, reports, authors, repeated, repeats
FROM reports_with_words(%(words)s, %(opposite)s::report_kind, %(most)s, %(report)s, %(hidden)s)"""
_SAMPLED: Final = """SELECT r.id, r.author_id,
  ARRAY(SELECT word FROM unnest(%(words)s::text[]) AS given (word) WHERE r.words @> ARRAY[word]) AS words
FROM report r WHERE r.id = ANY(%(reports)s::uuid[])"""

Holders = dict[str, dict[UUID, str]]
"""For each word the reports with it, and their authors."""


class SqlRareWords(Queries):
    """Looks up the query's words."""

    def holders(self, text: str, params: Mapping[str, Any], most: int) -> tuple[str, dict[str, Any]]:
        """Return the statement that finds who has which word; of what more than `most` have, it says no more."""
        return _HOLDERS, {**params, "words": list(rare_candidates(text)), "most": most}

    async def rare(
        self, found: Sequence[Row], open_count: int, sample: Ids | None
    ) -> tuple[dict[UUID, set[str]], frozenset[str]]:
        """Return the rare words of other reports, and the boilerplate.

        With a `sample` of the open reports, it decides whether words that many have are boilerplate.
        """
        most = open_count if sample is None else MOST_HOLDERS
        holders: Holders = {
            row["word"]: dict(zip(row["reports"], row["authors"], strict=True))
            for row in found
            if row["reports"] and len(row["reports"]) <= most
        }
        reports_of = {
            author: count
            for row in found
            for author, count in zip(row["repeated"] or (), row["repeats"] or (), strict=True)
        }
        common = [row["word"] for row in found if row["word"] not in holders]
        rare, boilerplate = rare_words(holders, reports_of, open_count)
        return rare, boilerplate | await self._sampled(common, sample)

    async def _sampled(self, words: Sequence[str], sample: Ids | None) -> frozenset[str]:
        if not words or sample is None:
            return frozenset()
        [found] = await self._together((_SAMPLED, {"words": list(words), "reports": as_array(sample)}))
        holders: Holders = {
            word: {row["id"]: row["author_id"] for row in found if word in row["words"]} for word in words
        }
        return boilerplate_words(holders, Counter(row["author_id"] for row in found), len(found))
