"""What is known about the report that is searched for, read with one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np

from db.mapping import Row
from db.photo_details import OF_REPORT
from db.vectors import MINE, Ids, Scope, Target, ids_of, keys_of, own_vectors, targets_of

_RULED_OUT: Final = """ARRAY(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
    WHERE (lost_id = %(report)s OR found_id = %(report)s) AND (state = 'rejected' OR declined))"""
_RELEASED: Final = """ARRAY(SELECT r.id FROM match m JOIN report r ON r.id = m.found_id
    WHERE m.lost_id = %(report)s AND m.released AND r.sealed AND r.state = 'open')"""
_KNOWN: Final = f"""SELECT live.model, live.spaces, {_RULED_OUT} AS ruled_out, {_RELEASED} AS released, compared.*,
  mine.*, changes.*
FROM ({MINE}) AS mine
LEFT JOIN (SELECT id AS model, spaces FROM embedding_model WHERE live) AS live ON true
CROSS JOIN (SELECT array_agg(other) AS others, array_agg(details) AS details FROM ({OF_REPORT}) AS one) AS compared
CROSS JOIN ({{changes}}) AS changes"""


@dataclass(frozen=True, slots=True)
class Searched:
    """What is known about a report that is searched for."""

    scope: Scope
    targets: Sequence[Target]
    ruled_out: Sequence[UUID]
    released: Sequence[UUID]
    details: Mapping[UUID, float]
    """How many details of photos match with which report."""
    words: Sequence[str]
    """Words worth looking up."""

    @classmethod
    def of(cls, scope: Scope, row: Row, words: Sequence[str]) -> "Searched":
        """Read the row of `knowing`; of `scope` only the model isn't known yet."""
        details = dict(zip(row["others"] or (), row["details"] or (), strict=True))
        scope = Scope(scope.report, scope.opposite, row["model"], row["spaces"] or {}, scope.hidden)
        targets = targets_of(scope, own_vectors(row))
        return cls(scope, targets, row["ruled_out"], row["released"], details, words)

    def without_ruled_out(self, reports: Ids) -> Ids:
        if not self.ruled_out:
            return reports
        left: Ids = reports[~np.isin(keys_of(reports), keys_of(ids_of(self.ruled_out)))]
        return left


def knowing(scope: Scope, changes: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the statement for one row: what is known, together with the row of `changes`."""
    statement, params = changes
    return _KNOWN.format(changes=statement), {**scope.params(), **params}
