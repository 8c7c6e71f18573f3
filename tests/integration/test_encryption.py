"""What is encrypted at rest, with real files and PostgreSQL: lost, wrong and changed keys."""

import json
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from db import rotation
from db.installations import Installation, Installations
from db.keys import Keys, KeysError, check, new_key, read
from db.store import Store
from db.web import web_session
from reunite.commands import JoinWorkspace, ReportFound, ReportLost
from reunite.entities import ClaimState, Label, Member, ReplyTarget, Whereabouts
from reunite.handlers import Handlers
from reunite.ports import ScoredPair
from tests.support.queues import NoQueue

SECRET, ANSWER, TOKEN = "what is engraved?", "a swan inside", "xoxb-1-token"
PLACE, CODE = "the porter's lodge", "code-4711"
ALL = [ANSWER, SECRET, PLACE, CODE, TOKEN]
ADA, BEN = Member("ada", "Ada"), Member("ben", "Ben")


def stored(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        query = """SELECT proof FROM claim UNION ALL SELECT value FROM report,
                     unnest(ARRAY[proof_question, kept_at, kept_code]) AS value WHERE value <> ''
                   UNION ALL SELECT bot_token FROM slack_installation"""
        return [value for [value] in connection.execute(query).fetchall()]


async def kept_with(url: str, keys: Keys) -> None:
    """Store one value of each kind."""
    async with Store(url, keys=keys) as store:
        handlers = Handlers(store, NoQueue())
        workspace = await handlers.join(JoinWorkspace("web", "here", "here"))
        target = ReplyTarget("web", "here", "c", "1")
        found_command = ReportFound(source_key="f", target=target, author=BEN, text="a ring", proof_question=SECRET)
        lost_command = ReportLost(
            source_key="l", target=ReplyTarget("web", "here", "c", "2"), author=ADA, text="my ring"
        )
        found, lost = [(await handlers.report(command)).report for command in (found_command, lost_command)]
        await store.embedding_models.register("none", "none", {"shared": 3})
        async with store.session(workspace.community) as session:
            [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})])
            await session.claims.add(match.id, ADA, ANSWER)
            await session.claims.set_whereabouts(found.id, Whereabouts(PLACE, CODE))
        await Installations(store).save(Installation("T1", "Team", "U1", TOKEN))


async def shown_with(url: str, keys: Keys) -> list[str]:
    """Return the values as the program reads them."""
    async with Store(url, keys=keys) as store:
        installation = await Installations(store).of("T1")
        workspace = await store.workspace("web", "here")
        assert workspace
        async with store.session(workspace.community) as session:
            proofs = [await session.claims.proof(claim.id) for claim in await session.claims.by(workspace.account(ADA))]
            [found] = await session.reports.by_author(workspace.id, "ben")
            question = await session.claims.proof_question(found.id)
            kept = await session.claims.whereabouts(found.id)
        return [*proofs, question, kept.place, kept.code, installation.bot_token if installation else ""]


async def test_answers_secret_details_and_tokens_are_unreadable_in_the_database(
    database_url: str, owner_database_url: str
) -> None:
    keys = Keys([new_key()])
    await kept_with(database_url, keys)
    values = stored(owner_database_url)
    assert len(values) == len(ALL)
    assert not any(word in str(values) for word in ALL)
    assert await shown_with(database_url, keys) == ALL


async def test_workers_and_the_page_have_the_keys(database_url: str) -> None:
    keys = Keys([new_key()])
    await kept_with(database_url, keys)
    async with Store(database_url, keys=keys) as store:
        lease = await store.lease_work([], max_per_community=9, seconds=60)
        assert lease
        for opened in (store.work_session(lease), web_session(store, lease.community)):
            async with opened as session:
                workspace = await store.workspace("web", "here")
                assert workspace
                [found] = await session.reports.by_author(workspace.id, "ben")
                assert await session.claims.proof_question(found.id) == SECRET


async def test_the_first_start_makes_a_file_that_only_its_owner_reads(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / "keys"
    await check(database_url, Keys(file=file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [key] = read(file)
    await check(database_url, Keys([key]))
    assert list(file.parent.iterdir()) == [file]


async def test_a_missing_or_another_key_is_explained_and_never_replaced(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    await check(database_url, Keys(file=file))
    file.rename(tmp_path / "elsewhere")
    with pytest.raises(KeysError, match="is missing"):
        await check(database_url, Keys(file=file))
    assert not file.exists()
    with pytest.raises(KeysError, match="don't fit this database"):
        await check(database_url, Keys([new_key()]))
    with pytest.raises(KeysError, match="isn't a key"):
        await check(database_url, Keys(["short"]))
    with pytest.raises(KeysError, match="There's no key"):
        await check(database_url, Keys())


async def test_a_rotation_encrypts_everything_again_and_running_bots_notice(
    database_url: str, owner_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    running = Keys(file=file)
    await check(database_url, running)
    await kept_with(database_url, running)
    [first] = read(file)
    before = stored(owner_database_url)
    assert await rotation.rotate(owner_database_url, Keys(file=file)) == rotation.Rotated(kept=5, lost=0)
    assert await shown_with(database_url, running) == ALL
    assert set(stored(owner_database_url)).isdisjoint(before)
    await rotation.rotate(owner_database_url, Keys(file=file))
    assert len(read(file)) == 2
    assert first not in read(file)
    await check(database_url, running)
    with pytest.raises(KeysError):
        await shown_with(database_url, Keys([first]))


def test_the_commands_make_rotate_and_explain_keys(environment: dict[str, str], tmp_path: Path) -> None:
    file, other = tmp_path / "keys", tmp_path / "other"
    del environment["REUNITE_KEYS"]

    def run(*command: str, **variables: str) -> Result:
        return CliRunner().invoke(app, command, env={**environment, "REUNITE_KEY_FILE": str(file), **variables})

    assert run("migrate").exit_code == 0
    [first] = read(file)
    assert run("keys", "rotate").stdout == "Encrypted again: 0.\n"
    assert read(file)[1:] == [first]
    Keys([run("keys", "new").stdout.strip()]).encrypt("a key")
    refused = run("bot", "web", REUNITE_KEY_FILE=str(other))
    assert (refused.exit_code, refused.stderr.startswith(f"The key file {other} is missing.")) == (1, True)
    assert run("keys", "reset", REUNITE_KEY_FILE=str(other)).stdout == "Deleted: 0. Kept: 0.\n"
    assert run("migrate", REUNITE_KEY_FILE=str(other)).exit_code == 0


def test_doctor_makes_no_keys_and_chooses_none(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "keys"
    del environment["REUNITE_KEYS"]
    environment["REUNITE_KEY_FILE"] = str(file)

    def keys() -> dict[str, Any]:
        found = json.loads(CliRunner().invoke(app, ["doctor", "--json"], env=environment).stdout)
        return next(finding for finding in found if finding["what"] == "its keys")

    assert (keys()["ok"], file.exists()) == (None, False)
    CliRunner().invoke(app, ["migrate"], env=environment)
    assert (keys()["ok"], file.exists()) == (True, True)


async def test_a_reset_deletes_what_the_lost_key_alone_could_read(
    database_url: str, owner_database_url: str, tmp_path: Path
) -> None:
    lost, file = Keys([new_key()]), tmp_path / "keys"
    await check(database_url, lost)
    await kept_with(database_url, lost)
    now = Keys(file=file)
    assert await rotation.reset(owner_database_url, now) == rotation.Rotated(kept=0, lost=5)
    await check(database_url, now)
    assert stored(owner_database_url) == [""]
    async with Store(database_url, keys=now) as store:
        workspace = await store.workspace("web", "here")
        assert workspace
        async with store.session(workspace.community) as session:
            [found] = await session.reports.by_author(workspace.id, "ben")
            [claim] = await session.claims.on(found.id)
            assert claim.state is ClaimState.REJECTED
