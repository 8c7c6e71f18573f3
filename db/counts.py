"""Counts of a community's reports, by one rule for all readers."""

from typing import Final

# What members may see, or (%(for_moderators)s) what moderators may. Looks are private, samples don't count.
VISIBLE: Final = "(r.state <> 'look' AND NOT r.sample AND (%(for_moderators)s OR NOT (r.sealed OR r.private)))"


def counting_open(kind: str) -> str:
    """Return a query for the number of open reports of a kind."""
    return f"SELECT count(*) FROM report r WHERE r.kind = '{kind}' AND r.state = 'open' AND {VISIBLE}"


WAS_RETURNED: Final = "r.kind = 'found' AND r.returned_at IS NOT NULL"
"""Whether the item of a report `r` was returned; its report may have ended since."""
RETURNED: Final = f"""(SELECT count(*) FROM report r WHERE {WAS_RETURNED} AND {VISIBLE})
  + (SELECT coalesce(sum(returned + CASE WHEN %(for_moderators)s THEN returned_sealed ELSE 0 END), 0)::bigint
     FROM tally)"""
COUNTS: Final = f"""({counting_open("lost")}) AS open_lost, ({counting_open("found")}) AS open_found,
  {RETURNED} AS returned"""
TALLY_RETURNED: Final = f"""INSERT INTO tally (community_id, workspace_id, returned, returned_sealed)
SELECT r.community_id, r.workspace_id, (NOT r.sealed)::int, r.sealed::int FROM report r
WHERE r.id = %(report)s AND {WAS_RETURNED} AND NOT r.sample
ON CONFLICT (workspace_id) DO UPDATE SET returned = tally.returned + excluded.returned,
  returned_sealed = tally.returned_sealed + excluded.returned_sealed"""
"""Adds a returned item to its workspace's tally, before its report's row is deleted."""
