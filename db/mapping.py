"""Maps rows of the database to the domain's entities."""

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from reunite.entities import (
    Account,
    Claim,
    ClaimDecision,
    ClaimState,
    Handover,
    Label,
    Match,
    MatchState,
    Member,
    Photo,
    PhotoState,
    Question,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Settings,
    Verdict,
    VerdictKind,
    Why,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]
E = TypeVar("E", bound="DataclassInstance")

REPORT: Final = """SELECT r.*, w.platform, w.external_id AS workspace, w.timezone, w.address,
         coalesce(r.language, w.language) AS language, w.language AS others_language
       FROM report r JOIN workspace w ON w.id = r.workspace_id"""
MATCH: Final = "m.*, (SELECT c.state FROM claim c WHERE c.match_id = m.id ORDER BY c.at DESC LIMIT 1) AS claim_state"
"""The columns of a match `m`."""
DECISION: Final = """(SELECT to_jsonb(d) FROM claim_decision d WHERE d.match_id = c.match_id AND d.at >= c.at
  AND d.state = c.state
  AND NOT EXISTS (SELECT FROM claim n WHERE n.match_id = c.match_id AND n.at > c.at AND n.at <= d.at)
  ORDER BY d.seq LIMIT 1) AS decision"""
"""Who has accepted or rejected a claim `c`, and not a later one on its match."""
CLAIM: Final = f"c.*, w.platform, w.external_id AS workspace, {DECISION}"
"""The columns of a claim `c`, with its `CLAIMANT`."""
CLAIMANT: Final = """JOIN match m ON m.id = c.match_id JOIN report lost ON lost.id = m.lost_id
       JOIN workspace w ON w.id = lost.workspace_id"""
PHOTO: Final = "SELECT id, report_id, position, name, state, url, problem, flaw, colours, hidden, sensitive FROM photo"


def entity(kind: type[E], row: Row, /, **others: Any) -> E:
    """Return an entity of the columns that are called like its fields, except for the `others`."""
    same = {field.name: row[field.name] for field in fields(kind) if field.name not in others}
    return kind(**same, **others)


def report(row: Row) -> Report:
    """Read a row of `REPORT`."""
    return entity(
        Report,
        row,
        community=row["community_id"],
        kind=ReportKind(row["kind"]),
        state=ReportState(row["state"]),
        author=Member(row["author_id"], row["author_name"]),
        target=ReplyTarget(row["platform"], row["workspace"], row["channel"], row["message"]),
        question=question(row["question"]) if row["question"] else None,
        others_language=row["others_language"] if row["private"] else None,
        zone=row["timezone"],
        purged=row["purged_at"] is not None,
    )


def question(value: dict[str, Any]) -> Question:
    """Read the column `question`."""
    return Question(value["aspect"], tuple(value["options"]), tuple(map(UUID, value["sources"])))


def photo(row: Row) -> Photo:
    """Read a row of `PHOTO`."""
    return entity(Photo, row, report=row["report_id"], state=PhotoState(row["state"]), colours=tuple(row["colours"]))


def match(row: Row) -> Match:
    """Read a row with the columns `MATCH`."""
    return entity(
        Match,
        row,
        lost=row["lost_id"],
        found=row["found_id"],
        label=Label(row["label"]) if row["label"] else None,
        why=tuple(Why(**why) for why in row["why"]),
        state=MatchState(row["state"]),
        photo=row["photo_id"],
        handover=Handover(row["got_back"], row["handed_over"], row["returned"]),
        claim=ClaimState(row["claim_state"]) if row["claim_state"] else None,
    )


def claim(row: Row) -> Claim:
    """Read a row with the columns `CLAIM`."""
    member = Member(row["member_id"], row["member_name"])
    account = Account.on(row["platform"], row["workspace"], member)
    state, has_proof = ClaimState(row["state"]), bool(row["proof"])
    decision = _decision_in(row["decision"]) if row["decision"] else None
    return Claim(row["id"], row["match_id"], member, account, has_proof, state, decision)


def _decision_in(read: Row) -> ClaimDecision:
    """Read a row of `claim_decision` that came as JSON."""
    return claim_decision({**read, "match_id": UUID(read["match_id"]), "at": datetime.fromisoformat(read["at"])})


def claim_decision(row: Row) -> ClaimDecision:
    """Read a row of `claim_decision`."""
    by = Member(row["member_id"], row["member_name"])
    account = Account(row["platform"], row["workspace"], by.id)
    return ClaimDecision(row["match_id"], row["state"], by, account, row["at"])


def settings(row: Row) -> Settings:
    """Read a row of `workspace`."""
    lists = ("found_channels", "lost_channels", "moderators", "sealed_categories")
    return entity(Settings, row, **{name: tuple(row[name]) for name in lists})


def verdict(row: Row) -> Verdict:
    """Read a row of `verdict`."""
    kind = VerdictKind(row["kind"])
    return entity(Verdict, row, moderator=row["moderator_id"], kind=kind, name=row["moderator_name"])
