"""Maps rows of the database to the domain's entities."""

from datetime import datetime
from typing import Any, Final
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

Row = dict[str, Any]

REPORT: Final = """SELECT r.*, w.platform, w.external_id AS workspace, w.timezone,
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
PHOTO: Final = "SELECT id, report_id, position, name, state, url, problem, colours, hidden FROM photo"


def report(row: Row) -> Report:
    """Read a row of `REPORT`."""
    return Report(
        id=row["id"],
        community=row["community_id"],
        kind=ReportKind(row["kind"]),
        state=ReportState(row["state"]),
        author=Member(row["author_id"], row["author_name"]),
        text=row["text"],
        place=row["place"],
        happened_at=row["happened_at"],
        target=target(row),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        has_first_reply=row["has_first_reply"],
        question=question(row["question"]) if row["question"] else None,
        question_answer=row["question_answer"],
        language=row["language"],
        others_language=row["others_language"] if row["private"] else None,
        zone=row["timezone"],
        sealed=row["sealed"],
        private=row["private"],
        category=row["category"],
        details=row["details"],
        purged=row["purged_at"] is not None,
        posted_at=row["posted_at"],
        sample=row["sample"],
        quiet=row["quiet"],
    )


def question(value: dict[str, Any]) -> Question:
    """Read the column `question`."""
    return Question(value["aspect"], tuple(value["options"]), tuple(map(UUID, value["sources"])))


def target(row: Row) -> ReplyTarget:
    """Read the target of a report's thread."""
    return ReplyTarget(row["platform"], row["workspace"], row["channel"], row["message"])


def photo(row: Row) -> Photo:
    """Read a row of `PHOTO`."""
    return Photo(
        id=row["id"],
        report=row["report_id"],
        position=row["position"],
        name=row["name"],
        state=PhotoState(row["state"]),
        url=row["url"],
        problem=row["problem"],
        colours=tuple(row["colours"]),
        hidden=row["hidden"],
    )


def match(row: Row) -> Match:
    """Read a row with the columns `MATCH`."""
    return Match(
        id=row["id"],
        lost=row["lost_id"],
        found=row["found_id"],
        probability=row["probability"],
        label=Label(row["label"]) if row["label"] else None,
        why=tuple(Why(**why) for why in row["why"]),
        state=MatchState(row["state"]),
        declined=row["declined"],
        picked=row["picked"],
        faded=row["faded"],
        released=row["released"],
        percent=row["percent"],
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
    return Settings(
        found_channels=tuple(row["found_channels"]),
        lost_channels=tuple(row["lost_channels"]),
        log_channel=row["log_channel"],
        moderators=tuple(row["moderators"]),
        language=row["language"],
        private_reports=row["private_reports"],
        sealed_categories=tuple(row["sealed_categories"]),
        timezone=row["timezone"],
        returned_by=row["returned_by"],
        digest=row["digest"],
        keep_days=row["keep_days"],
    )


def verdict(row: Row) -> Verdict:
    """Read a row of `verdict`."""
    return Verdict(
        moderator=row["moderator_id"],
        kind=VerdictKind(row["kind"]),
        given=row["given"],
        at=row["at"],
        message=row["message"],
        press=row["press"],
        name=row["moderator_name"],
        platform=row["platform"],
        workspace=row["workspace"],
    )
