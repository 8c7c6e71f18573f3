"""Changes to a community's open reports since its index was last brought up to date, read in one statement."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import numpy as np

from db.mapping import Row
from db.memory_index import Group, MemoryIndex, Vectors
from db.queries import Statement
from db.rare_words import Sampled
from db.scoring_items import CONTENT, FIELDS, items_of, photo_content
from db.vectors import NO_PHOTO, ids_of, vector_of
from reunite.matching.evidence import Item

SIDE: Final = """r.community_id = %(community)s AND r.kind = %(opposite)s::report_kind AND r.state = 'open'
  AND NOT r.sample"""
AUTHOR: Final = "account_key(w.platform, w.external_id, r.author_id)"
MAX_CHANGES: Final = 5000
"""After more changes, the index is reloaded."""
FEW: Final = 100
"""For up to this many new reports, the vectors come with the changes; for more, they are read separately."""
_NEVER: Final = 2**63 - 1
_DETAILS: Final = [name for name in FIELDS if name not in {"id", "kind"}]
_ITEM_DETAILS: Final = ", ".join(f"array_agg({FIELDS[name]}) AS item_{name}" for name in _DETAILS)
_ITEM_CONTENT: Final = ", ".join(f"content.{name} AS item_{name}" for name in CONTENT)

# PostgreSQL computes once what is used twice. `OFFSET 0` makes it look up each new report: it plans for a community of
# average size, and would read all open reports of a large one. The upper bound is for restored backups, whose rows can
# have transaction ids that are still in the future.
_STATEMENT: Final = f"""
WITH changes AS (SELECT report_id, changed FROM search_change WHERE community_id = %(community)s
    AND changed >= %(seen)s::text::xid8 AND changed < pg_snapshot_xmax(pg_current_snapshot()) LIMIT %(most)s),
  own AS (SELECT report_id FROM search_change
    WHERE community_id = %(community)s AND changed = pg_current_xact_id_if_assigned()),
  unknown AS (SELECT report_id, changed::text::bigint FROM changes
    EXCEPT SELECT * FROM unnest(%(applied)s::uuid[], %(applied_by)s::bigint[])),
  new AS (SELECT report_id FROM unknown UNION SELECT report_id FROM own
    UNION SELECT unnest(%(doubtful)s::uuid[])),
  opened AS (SELECT r.*, r.sealed OR r.private AS hidden, {AUTHOR} AS author
    FROM new, LATERAL (SELECT * FROM report WHERE id = new.report_id OFFSET 0) AS r
      JOIN workspace w ON w.id = workspace_id WHERE (SELECT count(*) FROM new) <= %(few)s AND {SIDE})
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen, ARRAY(SELECT report_id FROM own) AS own,
  changed.*, ARRAY(SELECT report_id FROM new) AS new, reports.*, vectors.*,
  {_ITEM_CONTENT}
FROM (SELECT array_agg(report_id) AS changed, array_agg(changed::text::bigint) AS changed_by FROM changes) AS changed,
  (SELECT array_agg(id) AS report, array_agg(hidden) AS hidden, array_agg(author) AS author,
    array_agg(array_to_string(words, E'\\n')) AS words, {_ITEM_DETAILS} FROM opened r) AS reports,
  (SELECT array_agg(opened.id) AS owner, array_agg(opened.hidden) AS owner_hidden, array_agg(e.space) AS space,
    array_agg(e.source) AS source, array_agg(e.photo_id) AS photo, array_agg(halfvec_send(e.vector)) AS vector
    FROM opened JOIN embedding e ON e.report_id = opened.id WHERE e.model_id = %(known_model)s) AS vectors,
  ({photo_content("ARRAY(SELECT id FROM opened)")}) AS content
"""


_CHANGES: Final = " ".join(_STATEMENT.split())
"""In one line: psycopg keeps the translation of a statement with at most 4,096 characters."""


def changes_since(index: MemoryIndex, community: UUID, opposite: str) -> Statement:
    """Return the statement that reads the changes, and the vectors and items of up to `FEW` new reports."""
    watermark = index.watermark
    return _CHANGES, {
        "community": community,
        "opposite": opposite,
        "seen": watermark.seen or _NEVER,
        "most": MAX_CHANGES,
        "few": FEW,
        "applied": list(watermark.applied),
        "applied_by": list(watermark.applied.values()),
        "doubtful": list(watermark.doubtful),
        "known_model": index.model,
    }


def add_new(index: MemoryIndex, row: Row) -> None:
    """Add the new reports in a row of `changes_since`."""
    index.add_reports(
        [
            Sampled(report, hidden, author, frozenset(words.split("\n")))
            for report, hidden, author, words in _columns(row, "report", "hidden", "author", "words")
        ]
    )
    grouped: dict[Group, list[tuple[UUID, UUID, bytes]]] = defaultdict(list)
    for owner, hidden, space, source, photo, vector in _columns(
        row, "owner", "owner_hidden", "space", "source", "photo", "vector"
    ):
        grouped[Group(hidden, space, source)].append((owner, photo or NO_PHOTO, vector))
    for group, found in grouped.items():
        owners, photos, packed = zip(*found, strict=True)
        index.add(Vectors(group, ids_of(owners), ids_of(photos), np.stack([vector_of(vector) for vector in packed])))


def new_items(row: Row, kind: str) -> list[Item]:
    """Return what scoring needs of the new reports in a row of `changes_since`."""
    columns = _columns(row, "report", *[f"item_{name}" for name in _DETAILS])
    details = [dict(zip(("id", *_DETAILS), values, strict=True), kind=kind) for values in columns]
    return items_of(details, {name: row[f"item_{name}"] for name in CONTENT})


def _columns(row: Row, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*[row[name] or () for name in names], strict=True)
