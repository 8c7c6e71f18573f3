"""What PostgreSQL itself enforces between communities: keys, functions that run as the owner, Slack's tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from db.installations import Installation, Installations
from db.store import Store
from tests.support.keys import KEYS
from tests.support.posts import posted

OWNERS = {
    "add_first_calibration",
    "all_communities",
    "begin_board_session",
    "board_sessions_on",
    "delete_old_jobs",
    "due_digests",
    "due_reminders",
    "communities_to_teach",
    "deaths_over",
    "enter_workspace",
    "expired_reports",
    "failed_work",
    "find_board_session",
    "find_workspace",
    "forget_moderator",
    "hint_due_work",
    "join_workspace",
    "known_workspaces",
    "heard_at",
    "note_heard",
    "lease_outbox",
    "lease_work",
    "leave_workspace",
    "match_numbers",
    "named_communities",
    "numbers_by_community",
    "link_workspace",
    "open_backfills",
    "outbox_numbers",
    "report_numbers",
    "reports_to_forget",
    "work_numbers",
    "move_community",
    "note_time",
    "replies_naming",
    "replies_quoting",
    "reports_with_words",
    "stale_photos",
    "settle_unread",
    "silent_kinds",
    "take_embedding_request",
    "tried_again",
    "unanswered_posts",
    "unshown_claims",
    "unlink_workspace",
    "waiting_by_community",
    "use_api_token",
}
"""The functions that always run with the owner's rights."""
NOT_CALLED = {
    "announce_embedding_request",
    "announce_outbox",
    "forget_photo_details",
    "move_community",
    "note_part_change",
    "note_new_report",
    "note_purged",
    "note_report_change",
    "note_returned",
}
"""What the application can't call itself."""


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        yield connection


async def test_the_functions_that_run_as_the_owner_are_known_and_have_a_fixed_search_path(
    owner_database_url: str,
) -> None:
    async with owner(owner_database_url) as connection:
        cursor = await connection.execute(
            """SELECT p.proname, p.prosecdef, p.proconfig, has_function_privilege('reunite_app', p.oid, 'EXECUTE'),
                      has_function_privilege('public', p.oid, 'EXECUTE')
               FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS
                 (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
        )
        functions = await cursor.fetchall()
    assert {name for name, as_owner, *_ in functions if as_owner} == OWNERS
    for name, as_owner, config, by_app, by_public in functions:
        if as_owner:
            assert set(config) - {"plan_cache_mode=force_generic_plan"} == {"search_path=public, pg_temp"}, name
        assert by_app == (name not in NOT_CALLED), name
        assert not by_public, name


async def test_the_application_can_create_nothing_that_a_function_would_find_first(store: Store) -> None:
    for statement in ("CREATE TABLE report2 (id int)", "CREATE SCHEMA evil"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await store.rows(statement)
    async with store.outside() as connection:  # a table of the session's own hides nothing
        await connection.execute("CREATE TEMP TABLE community (id uuid)")
        await connection.execute("SET LOCAL search_path = pg_temp, public")
        cursor = await connection.execute("SELECT count(*) AS n FROM all_communities()")
        assert await cursor.fetchone() == {"n": 0}
        await connection.execute("INSERT INTO community VALUES (gen_random_uuid())")
        cursor = await connection.execute("SELECT count(*) AS n FROM all_communities()")
        assert await cursor.fetchone() == {"n": 0}


async def test_every_reference_between_a_communitys_rows_includes_the_community(owner_database_url: str) -> None:
    async with owner(owner_database_url) as connection:
        cursor = await connection.execute(
            """SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, array_agg(a.attname ORDER BY a.attname)
               FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
               WHERE c.contype = 'f' GROUP BY c.oid, 1, 2"""
        )
        keys = await cursor.fetchall()
    references = [(table, other, columns) for table, other, columns in keys if other != "embedding_model"]
    assert len(references) > 20
    for table, other, columns in references:
        assert "community_id" in columns, (table, other)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO work (community_id, report_id) VALUES (%(ours)s, %(report)s)",
        """INSERT INTO outbox (community_id, report_id, platform, key, reply)
           VALUES (%(ours)s, %(report)s, 'web', 'k', '{}')""",
        "INSERT INTO photo (community_id, report_id, position, name) VALUES (%(ours)s, %(report)s, 7, 'x')",
        """INSERT INTO match (community_id, lost_id, found_id, model_id, probability, why, evidence)
           SELECT %(ours)s, id, %(report)s, 1, 0.5, '[]', '{}' FROM report""",
        """INSERT INTO channel (community_id, workspace_id, external_id, name)
           VALUES (%(ours)s, %(workspace)s, 'c', 'c')""",
    ],
)
async def test_no_row_can_point_to_another_communitys(
    database_url: str, owner_database_url: str, statement: str
) -> None:
    async with Store(database_url, keys=KEYS) as store:
        ours, theirs = await posted(store, "ours"), await posted(store, "theirs")
        await store.embedding_models.register("concept", "colours-1", {"shared": 6})
    async with owner(owner_database_url) as connection:  # row-level security doesn't stop the owner
        cursor = await connection.execute("SELECT id FROM report WHERE community_id = %s", [theirs.community])
        [report] = await cursor.fetchone() or []
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            await connection.execute(
                statement.encode(), {"ours": ours.community, "report": report, "workspace": theirs.id}
            )


async def test_within_a_community_nobodys_slack_token_can_be_read(store: Store) -> None:
    ours = await posted(store, "ours")
    installations = Installations(store)
    await installations.save(Installation("T1", "Team", "U1", "xoxb-secret"))
    await installations.note_event("E1")
    assert await installations.of("T1")
    async with store.session(ours.community) as session:
        for table in ("installation", "oauth_state", "event", "reaction"):
            assert await session._all(f"TABLE slack_{table}") == []
        assert await session._do("UPDATE slack_installation SET bot_token = 'mine'") == 0
    assert await installations.of("T1") == Installation("T1", "Team", "U1", "xoxb-secret")


async def test_nothing_of_a_session_survives_in_the_pool(database_url: str) -> None:
    async with Store(database_url, connections=1, keys=KEYS) as store:
        ours, theirs = await posted(store, "ours"), await posted(store, "theirs")
        async with store.session(ours.community):
            pass
        with pytest.raises(psycopg.errors.UndefinedTable):
            await _fail(store, ours.community)
        async with store.outside() as connection:
            cursor = await connection.execute(
                """SELECT current_setting('reunite.community', true) AS community, current_community() AS now,
                     to_regclass('leftover') AS leftover, current_user AS role, (SELECT count(*) FROM report) AS seen"""
            )
            assert await cursor.fetchone() == {
                "community": "",
                "now": None,
                "leftover": None,
                "role": "reunite_app",
                "seen": 0,
            }
        async with store.session(theirs.community) as session:
            [seen] = await session._all("SELECT DISTINCT community_id FROM report")
            assert seen["community_id"] == theirs.community


async def _fail(store: Store, community: UUID) -> None:
    async with store.session(community) as session:
        await session._do("CREATE TEMP TABLE leftover (id int)")
        await session._do("TABLE missing")
