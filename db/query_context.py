"""What a search needs to know about its query, read in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np

from db.mapping import Row
from db.photo_details import OF_REPORT
from db.scoring_items import photo_content
from db.vectors import QUERY_VECTORS, Ids, Scope, Target, ids_of, keys_of, query_vectors, targets_of

_RULED_OUT: Final = """ARRAY(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
    WHERE (lost_id = %(report)s OR found_id = %(report)s) AND (state = 'rejected' OR declined))"""
_CONTEXT: Final = " ".join(
    f"""SELECT live.model, live.spaces, {_RULED_OUT} AS ruled_out, compared.*, mine.*, seen.*, changes.*
FROM ({QUERY_VECTORS}) AS mine
LEFT JOIN (SELECT id AS model, spaces FROM embedding_model WHERE live) AS live ON true,
  (SELECT array_agg(other) AS others, array_agg(details) AS details FROM ({OF_REPORT}) AS one) AS compared,
  ({photo_content("ARRAY[%(report)s]")}) AS seen, ({{changes}}) AS changes""".split()
)


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a search needs to know about its query, which is a report."""

    scope: Scope
    targets: Sequence[Target]
    ruled_out: Sequence[UUID]
    details: Mapping[UUID, float]
    """How many photo details match with each report they were compared with."""
    photos: Row
    """What the query's photos show."""
    words: Sequence[str]
    """Its words that may be rare."""

    @classmethod
    def of(cls, scope: Scope, row: Row, words: Sequence[str]) -> "QueryContext":
        """Read the row of `context_statement`, which completes `scope` with the model."""
        details = dict(zip(row["others"] or (), row["details"] or (), strict=True))
        scope = Scope(scope.report, scope.opposite, row["model"], row["spaces"] or {}, scope.hidden)
        targets = targets_of(scope, query_vectors(row))
        return cls(scope, targets, row["ruled_out"], details, row, words)

    def without_ruled_out(self, reports: Ids) -> Ids:
        if not self.ruled_out:
            return reports
        left: Ids = reports[~np.isin(keys_of(reports), keys_of(ids_of(self.ruled_out)))]
        return left


def context_statement(scope: Scope, changes: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the statement, whose single row also has the columns of `changes`."""
    statement, params = changes
    return _CONTEXT.format(changes=statement), {**scope.params(), **params}
