"""Every statement is keyed by a community, by row-level security or by itself, or is an exception that is listed here.

So a community's rows can be on any server (docs/scaling.md): only what is listed asks for more than one community.
"""

import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.support.sources import ROOT
from tests.support.statements import Statement, of_module, statements

pytestmark = pytest.mark.untraced

SHARED = {
    "clock": "one row",
    "embedding_model": "the deployment's encoders, a few rows",
    "key_check": "one row",
    "migration": "one row for each migration",
    "process": "one row for each process that runs",
    "slack_event": "Slack's events of the last days, before it's known whose they are",
    "slack_installation": "one row for each Slack workspace",
    "slack_oauth_state": "installations that aren't finished",
    "slack_picture": "files, by Slack workspace",
    "slack_reaction": "reactions that came before their message was known",
    "slack_window": "what is caught up with, by Slack workspace",
}
"""Tables without a community."""
WITHIN = {"forget_moderator", "leave_workspace", "replies_naming", "replies_quoting", "reports_with_words"}
"""Functions that run with the owner's rights, and stay within the caller's community."""
ACROSS = {
    # Which community it is about is what they find out, by a unique key.
    "begin_board_session",
    "enter_workspace",
    "find_board_session",
    "find_workspace",
    "heard_at",
    "join_workspace",
    "use_api_token",
    # What is due, in turn by community.
    "deaths_over",
    "hint_due_work",
    "lease_outbox",
    "lease_work",
    "take_embedding_request",
    "note_time",
    # The sweeps of workers and bots, which then work within one community after the other.
    "all_communities",
    "board_sessions_on",
    "communities_to_teach",
    "delete_old_jobs",
    "due_digests",
    "due_reminders",
    "expired_reports",
    "known_workspaces",
    "note_heard",
    "open_backfills",
    "reports_to_forget",
    "settle_unread",
    "silent_kinds",
    "stale_photos",
    "unanswered_posts",
    "unshown_claims",
    # Numbers for operators.
    "failed_work",
    "match_numbers",
    "named_communities",
    "numbers_by_community",
    "outbox_numbers",
    "report_numbers",
    "tried_again",
    "waiting_by_community",
    "work_numbers",
    # Communities that become one, or two again.
    "link_workspace",
    "move_community",
    "unlink_workspace",
    # A row without a community: the deployment's calibration.
    "add_first_calibration",
}
"""Functions that run with the owner's rights, and see more than one community."""
OWNERS = {
    "cli/backup.py",
    "cli/bench/adding.py",
    "cli/bench/chat.py",
    "cli/bench/database.py",
    "cli/bench/search.py",
    "cli/doctor.py",
    "cli/servers.py",
    "db/scoring_models.py",
    "db/migrate.py",
    "db/rotation.py",
    "embedded/postgres.py",
}
"""Modules for operators, which may connect as the database's owner."""
OPENING = re.compile(r"psycopg\.connect\(|AsyncConnection\.connect\(|as_owner\(")
ROLES_OF_THEIR_OWN = {"db/database.py", "db/keys.py", "db/signals.py"}
"""Modules that connect as the application, and name no table of a community."""
SYSTEM = {"pg_available_extensions", "pg_database", "pg_roles", "pg_stat_activity"}


@pytest.fixture(scope="module")
def every_statement() -> list[Statement]:
    return statements()


@pytest.fixture
def catalogue(owner_database_url: str) -> Iterator[psycopg.Cursor]:
    with psycopg.connect(owner_database_url) as connection:
        yield connection.cursor()


def community_tables(catalogue: psycopg.Cursor) -> set[str]:
    """Return the tables and views in which the application sees one community's rows only."""
    catalogue.execute(
        """SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
             AND pg_get_expr(p.polqual, p.polrelid) LIKE '%= current_community()%'
           UNION SELECT relname FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' AND reloptions @> '{security_invoker=true}'"""
    )
    return {name for [name] in catalogue}


def test_every_table_has_a_community_or_is_listed(catalogue: psycopg.Cursor) -> None:
    catalogue.execute(
        """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')"""
    )
    everything = {name for [name] in catalogue}
    assert everything - community_tables(catalogue) == set(SHARED)


def test_every_function_of_the_owners_stays_within_a_community_or_is_listed(catalogue: psycopg.Cursor) -> None:
    catalogue.execute("SELECT proname, prosrc FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    sources: dict[str, str] = dict(catalogue.fetchall())
    assert set(sources) == WITHIN | ACROSS
    for name in WITHIN:
        assert "current_community()" in sources[name], name


def test_every_statement_names_what_is_known(catalogue: psycopg.Cursor, every_statement: list[Statement]) -> None:
    known = community_tables(catalogue) | set(SHARED) | SYSTEM
    assert {
        f"{statement.module}:{statement.line}": statement.tables - known
        for statement in every_statement
        if statement.tables - known
    } == {}
    ours = community_tables(catalogue)
    assert sum(bool(statement.tables & ours) for statement in every_statement) > 150, "they are found"


def test_row_level_security_applies_to_whatever_the_application_runs(catalogue: psycopg.Cursor) -> None:
    catalogue.execute(
        """SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
           FROM pg_roles WHERE rolname = 'reunite_app'"""
    )
    assert catalogue.fetchone() == (False,)


def test_only_listed_modules_open_connections_of_their_own(
    catalogue: psycopg.Cursor, every_statement: list[Statement]
) -> None:
    opening = {
        str(path.relative_to(ROOT))
        for package in ("reunite", "db", "workers", "metrics", "bot", "api", "board", "embedded", "cli")
        for path in (ROOT / package).rglob("*.py")
        if OPENING.search(path.read_text("utf-8"))
    }
    assert opening == OWNERS | ROLES_OF_THEIR_OWN
    ours = community_tables(catalogue)
    assert [
        statement for statement in every_statement if statement.module in ROLES_OF_THEIR_OWN and statement.tables & ours
    ] == []


def test_no_statement_escapes_the_search_for_them() -> None:
    code = '''
NAMES = "id, state"
ONE = f"SELECT {NAMES} FROM report WHERE id = %s"
async def all():
    """SELECT nothing: this is a docstring."""
    await run("WITH due AS (SELECT * FROM work) " + "UPDATE photo SET state = 'x' FROM due JOIN match ON true")
    await run(b"INSERT INTO outbox (id) SELECT id FROM public.claim ON CONFLICT DO UPDATE SET id = 1")
    await run("SELECT extract(epoch FROM now()) FROM lease_work(1) FOR UPDATE OF work")
'''
    assert [
        (statement.tables, statement.calls & ACROSS)
        for statement in sorted(of_module("m", code), key=lambda statement: statement.line)
    ] == [
        ({"report"}, set()),
        ({"work", "photo", "match"}, set()),
        ({"outbox", "claim"}, set()),
        (set(), {"lease_work"}),
    ]
    assert Statement("m", 1, "SELECT 1").tables == set()
