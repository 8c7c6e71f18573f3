"""Deletion in PostgreSQL: a report's data, wherever it is, and the replies that quote it (`outbox.quotes`).

What remains of a purged report goes in two steps. First everything goes but an empty row, which still recognises the
post if it's edited or imported as a past post; a year later, that row goes too. A lost report's matches record what its
author declined and how often they claimed an item, so they stay as long as the found report. A found report waits for
its lost reports: each is counted with all its matches. Its author's id doesn't wait. A removal that was given up for
want of access is known for a year, in case the bot gets its access back: until then its words may still be shown.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from db import mapping
from db.counts import TALLY_RETURNED
from db.outbox import CHANGED, REFRESH, stored
from db.queries import Queries
from db.statistics import TALLY
from reunite import rules
from reunite.entities import Account, ReportKind
from reunite.language import sentence
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply, from_json

_ASKED_BY: Final = """l.question @> jsonb_build_object('sources', jsonb_build_array(f.id))
  AND l.id IN (SELECT m.lost_id FROM match m WHERE m.found_id = f.id)"""
"""Lost reports `l` whose question offers an answer from the found report `f`."""
_CLEAR_ANSWER: Final = f"""UPDATE report l SET question_answer = '' FROM report f
  WHERE {_ASKED_BY} AND l.question_answer = nullif(f.place, '')"""
_CLEAR_OPTIONS: Final = f"""UPDATE report l SET question = l.question || '{{"options": []}}' FROM report f
  WHERE {_ASKED_BY}"""

_REJECTED_WITHOUT_PROOF: Final = (
    "proof = '', member_name = '', state = CASE state WHEN 'open' THEN 'rejected' ELSE state END"
)
"""What remains of a claim when its lost report ends: it still counts, so reporting again gives no further attempt."""
_PURGE: Final = (
    f"{_CLEAR_ANSWER} AND f.id = %(report)s",
    f"{_CLEAR_OPTIONS} AND f.id = %(report)s",
    """UPDATE web_message SET text = '', author_id = '', author_name = '' WHERE author_id IS NOT NULL AND id::text =
         (SELECT r.message FROM report r JOIN workspace w ON w.id = r.workspace_id
          WHERE r.id = %(report)s AND w.platform = 'web')""",
    "DELETE FROM photo WHERE report_id = %(report)s",
    "DELETE FROM embedding WHERE report_id = %(report)s",
    "DELETE FROM claim WHERE match_id IN (SELECT id FROM match WHERE found_id = %(report)s)",
    f"UPDATE claim SET {_REJECTED_WITHOUT_PROOF} WHERE match_id IN (SELECT id FROM match WHERE lost_id = %(report)s)",
    "UPDATE match SET why = '[]', evidence = '{}' WHERE lost_id = %(report)s OR found_id = %(report)s",
    """UPDATE report SET purged_at = now(), forget_at = now() + %(later)s, text = '', words = '{}', place = '',
         author_name = '', question = NULL, question_answer = NULL, proof_question = '', details = '', kept_at = '',
         kept_code = '', language = NULL
       WHERE id = %(report)s""",
    REFRESH,
)

_IN_ORDER: Final = "SELECT FROM report WHERE id = ANY(%(reports)s) ORDER BY id FOR NO KEY UPDATE"
"""Locks reports in the order in which everyone locks them."""

_ACROSS: Final = "l.workspace_id <> f.workspace_id AND %(report)s IN (l.id, f.id)"
_SEPARATE: Final = (
    f"{_CLEAR_ANSWER} AND {_ACROSS}",
    f"{_CLEAR_OPTIONS} AND {_ACROSS}",
    f"""DELETE FROM match m USING report l, report f WHERE l.id = m.lost_id AND f.id = m.found_id AND {_ACROSS}""",
)
_TURN: Final = (
    f"{_CLEAR_ANSWER} AND f.id = %(report)s",
    f"{_CLEAR_OPTIONS} AND f.id = %(report)s",
    "DELETE FROM match WHERE lost_id = %(report)s OR found_id = %(report)s",
    """UPDATE report SET kind = %(kind)s, turned_at = now(), kind_in_doubt = false, has_first_reply = false,
         question = NULL, question_answer = NULL, proof_question = '', kept_at = '', kept_code = ''
       WHERE id = %(report)s""",
)
_MAY_TURN: Final = """SELECT FROM report r WHERE r.id = %(report)s AND r.turned_at IS NULL AND NOT EXISTS (
  SELECT FROM match m WHERE r.id IN (m.lost_id, m.found_id) AND (m.state <> 'undecided' OR m.declined OR m.released
    OR m.got_back OR m.handed_over OR EXISTS (SELECT FROM claim c WHERE c.match_id = m.id)
    OR EXISTS (SELECT FROM verdict v WHERE v.match_id = m.id)))"""
"""Turning deletes a report's matches: what people have said about them must not go with them."""
_FREE_KEYS: Final = """UPDATE outbox SET sent_key = key, key = key || ':turned'
  WHERE seq = ANY(%(gone)s) AND report_id = %(report)s"""
"""Else what a turned report's thread says next would count as said, wherever its key is the same."""
_READ_IN: Final = "CASE o.audience WHEN 'thread' THEN coalesce(r.language, w.language) ELSE w.language END AS language"
"""The language of a reply `o` in the thread of a report `r`, or about it elsewhere."""
_QUOTING: Final = f"""SELECT o.*, {_READ_IN}
  FROM outbox o JOIN report r ON r.id = o.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE o.seq IN (SELECT replies_quoting(%(report)s)) AND o.task <> 'remove' ORDER BY o.seq FOR UPDATE OF o"""
_THREAD: Final = "SELECT seq FROM outbox WHERE report_id = %(report)s AND task <> 'remove' ORDER BY seq FOR UPDATE"
_SAID: Final = """SELECT seq FROM outbox WHERE report_id = %(report)s AND task <> 'remove' AND NOT opens_thread
  AND key <> %(kept)s ORDER BY seq FOR UPDATE"""
_QUOTING_ACROSS: Final = f"""SELECT o.*, {_READ_IN}, ARRAY(SELECT q.id FROM report q
    WHERE q.id = ANY(o.quotes) AND q.workspace_id <> r.workspace_id AND %(report)s IN (q.id, r.id)) AS others
  FROM outbox o JOIN report r ON r.id = o.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE o.seq = ANY(ARRAY(SELECT replies_quoting(%(report)s) UNION SELECT seq FROM outbox WHERE report_id = %(report)s))
    AND o.task <> 'remove' ORDER BY o.seq FOR UPDATE OF o"""

_RETURNS: Final = """SELECT seq FROM outbox WHERE report_id = %(report)s AND task <> 'remove'
  AND reply->>'kind' = 'returned' AND starts_with(key, %(match)s) ORDER BY seq FOR UPDATE"""
_NAMING: Final = f"""SELECT o.seq, o.reply, {_READ_IN}
  FROM outbox o JOIN report r ON r.id = o.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE o.seq IN (SELECT replies_naming(%(member)s)) ORDER BY o.seq FOR UPDATE OF o"""
_SIGN_OUT: Final = """DELETE FROM board_session s USING workspace w
  WHERE w.id = s.workspace_id AND s.member_id = %(member)s AND w.platform = %(platform)s
    AND %(workspace)s IN ('', w.external_id)"""

# After any attempt, the reply may have arrived even if the attempt failed: only delivery can find out.
_NEVER_SENT: Final = "sent_message IS NULL AND task = 'send' AND attempts = 0"
NOTHING_SHOWN: Final = """task = 'remove', version = version + 1, attempts = 0, tried_again = 0, due_at = now(),
  problem = NULL, quotes = '{}', people = '{}',
  reply = reply || '{"lines": [], "picture": null, "choices": [], "buttons": [], "asked": null, "about": [],
    "gallery": []}'"""
_REMOVE: Final = f"UPDATE outbox SET {NOTHING_SHOWN}, state = 'queued' WHERE seq = ANY(%(gone)s)"
_NAMED_FOR_FINDS: Final = """EXISTS (SELECT FROM match m JOIN report f ON f.id = m.found_id
    WHERE m.lost_id = r.id AND f.purged_at IS NULL)"""
"""Whether a lost report `r` must keep its author: there are still finds that they may have declined or claimed."""
_NEEDED: Final = f"""EXISTS (SELECT FROM outbox o WHERE o.report_id = r.id AND o.state = 'queued')
  OR (r.purged_at > now() - %(known_for)s AND EXISTS (SELECT FROM outbox o WHERE o.report_id = r.id
    AND o.state = 'failed' AND o.task = 'remove' AND o.sent_message IS NOT NULL))
  OR EXISTS (SELECT FROM match m WHERE m.found_id = r.id)
  OR {_NAMED_FOR_FINDS}"""
_DUE: Final = f"""SELECT r.emptied, {_NEEDED} AS is_needed
  FROM report r WHERE r.id = %(report)s AND r.forget_at < now()"""
_EMPTY: Final = (
    TALLY,
    "DELETE FROM match WHERE lost_id = %(report)s",
    "DELETE FROM outbox WHERE report_id = %(report)s",
    "DELETE FROM report_deletion WHERE report_id = %(report)s",
    # A sample's row stays: samples are numbered by how many there were.
    """UPDATE report SET emptied = true, author_id = '', forget_at = CASE WHEN NOT sample THEN now() + %(known_for)s END
       WHERE id = %(report)s""",
)
_DELETE: Final = (
    TALLY_RETURNED,
    "DELETE FROM report WHERE id = %(report)s",
    "DELETE FROM search_change WHERE report_id = %(report)s",
)
_UNNAME: Final = f"UPDATE report r SET author_id = '' WHERE purged_at IS NOT NULL AND NOT {_NAMED_FOR_FINDS} AND"


class SqlDeletion(Queries):
    """`reunite.ports.deletion.Deletion`."""

    async def purge(self, report: UUID, ended: Reply | None) -> None:
        gone = [row["seq"] for row in await self._all(_THREAD, report=report)] if ended is None else []
        for row in await self._all(_QUOTING, report=report):
            is_post = row["opens_thread"] and row["report_id"] == report
            rest = ended if is_post else _without(row, {report})
            gone += await self._reduce(row, rest)
        await self._remove(gone)
        await self._run(_PURGE, report)

    async def may_turn(self, report: UUID) -> bool:
        return await self._one(_MAY_TURN, report=report) is not None

    async def turn(self, report: UUID, kind: ReportKind, kept: ReplyKey) -> None:
        said = await self._all(_SAID, report=report, kept=kept)
        gone = [row["seq"] for row in said]
        for row in await self._all(_QUOTING, report=report):
            if row["report_id"] != report:
                gone += await self._reduce(row, _without(row, {report}))
        await self._remove(gone)
        await self._do(_FREE_KEYS, gone=gone, report=report)
        for statement in _TURN:
            await self._do(statement, report=report, kind=kind)

    async def separate(self, report: UUID) -> None:
        gone = []
        for row in await self._all(_QUOTING_ACROSS, report=report):
            if row["others"]:
                gone += await self._reduce(row, _without(row, row["others"]))
        await self._remove(gone)
        await self._run(_SEPARATE, report)

    async def remove_news_of_returns(self, report: UUID, match: UUID | None = None) -> None:
        news = await self._all(_RETURNS, report=report, match=str(match or ""))
        await self._remove([row["seq"] for row in news])

    async def undo_return(self, report: UUID) -> None:
        await self._do("UPDATE report SET returned_at = NULL WHERE id = %(report)s", report=report)

    async def forget_moderator(self, account: Account) -> None:
        for row in await self._all(_NAMING, member=account.id):
            unnamed = from_json(row["reply"]).without_person(account, sentence("unknown_member", row["language"]))
            await self._do(
                f"""UPDATE outbox SET reply = %(reply)s, people = %(people)s, {CHANGED}
                    WHERE seq = %(seq)s AND task <> 'remove' AND reply <> %(reply)s""",
                seq=row["seq"],
                **stored(unnamed),
            )
        theirs = {"member": account.id, "platform": account.platform, "workspace": account.workspace}
        await self._do("SELECT forget_moderator(%(platform)s::platform, %(workspace)s, %(member)s)", **theirs)
        await self._do(_SIGN_OUT, **theirs)

    async def let_end(self, reports: Collection[UUID], now: datetime) -> None:
        await self._all(_IN_ORDER, reports=list(reports))
        await self._do(
            """UPDATE report SET state = CASE WHEN state = ANY(%(in_progress)s::report_state[]) THEN 'withdrawn'
                 ELSE state END, expires_at = %(at)s, reminded = reminded AND expires_at = %(at)s
               WHERE id = ANY(%(reports)s)""",
            in_progress=list(rules.IN_PROGRESS),
            at=now,
            reports=list(reports),
        )

    async def clear_remains(self, report: UUID) -> None:
        due = await self._one(_DUE, report=report, known_for=rules.POST_KNOWN_FOR)
        if due is None:
            return
        if due["is_needed"]:
            await self._do(f"{_UNNAME} id = %(report)s", report=report)
            await self._do(
                "UPDATE report SET forget_at = now() + %(later)s WHERE id = %(report)s",
                later=rules.FORGET_RETRY,
                report=report,
            )
            return
        for statement in _DELETE if due["emptied"] else _EMPTY:
            await self._do(statement, report=report, known_for=rules.POST_KNOWN_FOR)

    async def forget_author(self, workspace: UUID, member: str) -> None:
        await self._do(
            f"{_UNNAME} workspace_id = %(workspace)s AND author_id = %(member)s", workspace=workspace, member=member
        )

    async def _reduce(self, row: mapping.Row, rest: Reply | None) -> list[int]:
        """Reduce a reply to `rest`; return its number instead if nothing may remain."""
        if rest is None:
            return [row["seq"]]
        await self._do(
            f"""UPDATE outbox SET reply = %(reply)s, quotes = %(quotes)s::uuid[], people = %(people)s, {CHANGED}
                WHERE seq = %(seq)s AND reply <> %(reply)s""",
            seq=row["seq"],
            **stored(rest),
        )
        return []

    async def _remove(self, gone: Collection[int]) -> None:
        """Delete replies that were never sent, and queue the removal of the others."""
        numbers = list(gone)
        await self._do(
            "DELETE FROM web_message WHERE root_id IS NOT NULL"
            " AND key IN (SELECT key FROM outbox WHERE seq = ANY(%(gone)s))",
            gone=numbers,
        )
        await self._do(f"DELETE FROM outbox WHERE seq = ANY(%(gone)s) AND {_NEVER_SENT}", gone=numbers)
        await self._do(_REMOVE, gone=numbers)

    async def _run(self, statements: Iterable[str], report: UUID) -> None:
        for statement in statements:
            await self._do(statement, report=report, later=rules.FORGET_AFTER)


def _without(row: mapping.Row, reports: Collection[UUID]) -> Reply | None:
    reply = from_json(row["reply"])
    return reply.without(reports, sentence("tile_gone", reply.language or row["language"]))
