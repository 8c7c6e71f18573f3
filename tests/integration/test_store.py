"""What the database itself holds to: migrations, roles, row-level security, the append-only log."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import conninfo, sql

from db import migrate as migrations
from db.backfills import Backfills
from db.database import MigrationError
from db.migrate import Migration, migrate, pending
from db.store import Store
from db.web import web_session
from reunite.commands import JoinWorkspace, ReportFound, ReportLost, Withdraw
from reunite.entities import (
    Channel,
    Label,
    Member,
    Question,
    ReplyTarget,
    ReportKind,
    ReportState,
)
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Quoted, Reply
from reunite.ports import ScoredPair
from tests.support.posts import posted
from tests.support.queues import NoQueue

TENANT_TABLES = {
    "api_job",
    "api_token",
    "embedding_request",
    "workspace",
    "channel",
    "report",
    "photo",
    "embedding",
    "search_change",
    "work",
    "match",
    "verdict",
    "claim_decision",
    "outbox",
    "web_message",
}
WITHOUT_POLICY = {
    "clock",
    "embedding_model",  # the deployment's encoders
    "migration",
}


async def test_a_community_sees_nothing_of_another(store: Store) -> None:
    ours, theirs = await posted(store, "ours"), await posted(store, "theirs")
    assert ours.community != theirs.community
    async with store.session(ours.community) as session:
        for table in sorted(TENANT_TABLES - {"web_message"}):
            query = sql.SQL("SELECT DISTINCT community_id FROM {}").format(sql.Identifier(table))
            seen = await (await session._connection.execute(query)).fetchall()
            assert {row["community_id"] for row in seen} <= {ours.community}, table
        changed = await session._do("UPDATE report SET text = 'x' WHERE community_id = %(c)s", c=theirs.community)
        assert changed == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await session._do(
                "INSERT INTO work (community_id, report_id) SELECT %(c)s, id FROM report", c=theirs.community
            )


@pytest.mark.parametrize("answer", [None, "0"])
async def test_a_question_is_shown_anew_only_while_it_waits_for_its_answer(
    database_url: str, answer: str | None
) -> None:
    asked = Question("colour", ("red", "blue"))
    async with Store(database_url) as store:
        world = await posted(store, "ours")
        async with store.session(world.community) as session:
            [row] = await session._all("SELECT id FROM report")
            report = await session.reports.get(row["id"])
            assert report
            await session.prompts.ask(report.id, asked)
            await session.outbox.post(report.id, keys.question(report.id), wording.question(report, asked))
            await session._do("UPDATE outbox SET state = 'sent', sent_message = '1'")
            if answer is not None:
                await session.prompts.answer(report.id, answer)
            await session.outbox.refresh(report.id)
            [sent] = await session._all("SELECT state FROM outbox")
    assert sent["state"] == ("queued" if answer is None else "sent")


async def test_a_deleted_channel_is_forgotten(database_url: str) -> None:
    """Else its past posts would be asked for."""
    found, lost = Channel("1", "found", ReportKind.FOUND), Channel("2", "lost", ReportKind.LOST)
    renamed = replace(lost, name="missing")
    async with Store(database_url) as store:
        await store.join(JoinWorkspace("discord", "another", "another", (found, lost)))
        for channels, names in (
            ((found, lost), {"found", "lost"}),
            ((renamed,), {"missing"}),
            (None, {"missing"}),
            ((), set[str]()),
        ):
            workspace = await store.join(JoinWorkspace("discord", "ours", "ours", channels))
            assert set((await Backfills(store).channels(workspace)).values()) == names
        other = await store.join(JoinWorkspace("discord", "another", "another"))
        assert len(await Backfills(store).channels(other)) == 2


async def test_without_a_community_nothing_is_seen(store: Store) -> None:
    await posted(store, "ours")
    assert await store.rows("SELECT id FROM report") == []
    assert len(await store.communities()) == 1


async def test_every_table_with_a_communitys_data_is_guarded(owner_database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        tables = await (
            await connection.execute(
                "SELECT relname, relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid)"
                " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        ).fetchall()
    guarded = {name for name, enabled, policies in tables if enabled and policies}
    assert {name for name, *_ in tables} - guarded == WITHOUT_POLICY
    assert guarded >= TENANT_TABLES


async def test_a_superusers_login_has_only_the_applications_rights(owner_database_url: str) -> None:
    async with Store(owner_database_url) as store:
        [row] = await store.rows("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert row == {"rolname": "reunite_app", "rolsuper": False, "rolbypassrls": False}


async def test_the_log_of_verdicts_can_only_grow(store: Store) -> None:
    world = await posted(store, "ours")
    for statement in ("DELETE FROM verdict", "UPDATE verdict SET given = false"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with store.session(world.community) as session:
                await session._do(statement)


async def test_a_purged_report_leaves_an_empty_row_that_cannot_come_again(store: Store) -> None:
    world = await posted(store, "ours")
    async with store.session(world.community) as session:
        report = await session.reports.at(ReplyTarget("web", "ours", "found", "m1"))
        assert report
        await session.reports.set_state(report.id, ReportState.WITHDRAWN)
        await session.work.stop(report.id)
        await session.deletion.purge(report.id, wording.ended("en"))
    await posted(store, "ours")
    async with store.session(world.community) as session:
        again = await session.reports.at(ReplyTarget("web", "ours", "found", "m1"))
        assert again
        assert again.state is ReportState.WITHDRAWN
        assert await session.photos.of(again.id) == []
        assert await session.work.unfinished() == 0


async def test_migrations_are_applied_once(owner_database_url: str) -> None:
    assert await migrate(owner_database_url) == []
    assert await pending(owner_database_url) == []


async def test_a_changed_migration_is_refused(owner_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = migrations.shipped()
    monkeypatch.setattr(migrations, "shipped", lambda: [replace(first, statements=first.statements + "\n"), *rest])
    with pytest.raises(MigrationError, match=first.name):
        await migrate(owner_database_url)


async def test_a_newer_database_is_refused(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("INSERT INTO migration (name, checksum) VALUES ('9999_later.sql', '')")
    with pytest.raises(MigrationError, match=r"newer.*9999_later\.sql"):
        await migrate(owner_database_url)


async def test_a_failing_migration_leaves_nothing_behind(
    owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = migrations.shipped()
    broken = Migration("9999_broken.sql", "CREATE TABLE half (id int); SELECT 1 / 0;")
    monkeypatch.setattr(migrations, "shipped", lambda: [*shipped, broken])
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(owner_database_url)
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        row = await (await connection.execute("SELECT to_regclass('half')")).fetchone()
    assert row == (None,)


async def test_the_applications_password_is_set_from_its_url(owner_database_url: str, database_url: str) -> None:
    with_password = conninfo.make_conninfo(database_url, password="a secret")
    await migrate(owner_database_url, with_password)
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        row = await (
            await connection.execute("SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'reunite_app'")
        ).fetchone()
    assert row == (True,)


async def test_what_the_page_shows_of_a_report_goes_with_it(database_url: str) -> None:
    async with Store(database_url) as store:
        handlers = Handlers(store, NoQueue())
        world = await handlers.join(JoinWorkspace("web", "local", "local"))
        await store.embedding_models.register("concept", "colours-1", {"shared": 6})
        async with web_session(store, world.community) as page:
            post, _ = await page.add_post("lost", "p1", Member("a", "Ada"), "a zither")
        target = ReplyTarget("web", "local", "lost", str(post))
        lost = ReportLost(source_key="p1", target=target, author=Member("a", "Ada"), text="a zither")
        found = ReportFound(source_key="f", target=target.at("none"), author=Member("b", "Ben"), text="an instrument")
        reports = [(await handlers.report(command)).report for command in (lost, found)]
        async with web_session(store, world.community) as page:
            [match] = await page.matches.save([ScoredPair(reports[0].id, reports[1].id, 0.9, Label.HIGH, (), {})])
            card = Reply("match", ((Quoted("a zither", reports[0].id),),), match=match.id)
            await page.outbox.post(reports[1].id, ReplyKey("card"), card)
            await page.add_reply("lost", post, "card", card)
            await page.add_reply("lost", post, "other", Reply("nothing", ((Plain("Still watching."),),)))
        assert await handlers.withdraw(Withdraw(target=target))
        async with web_session(store, world.community) as page:
            await page.change_post(post, "a zither, edited at the same moment")
            left = await page._all(
                "SELECT text, author_id, author_name, reply::text AS reply FROM web_message ORDER BY id"
            )
    assert [(row["text"], row["author_id"]) for row in left] == [("", ""), ("", None)]
    assert "zither" not in str(left)
    assert "Ada" not in str(left)
    assert "Still watching." in str(left)
