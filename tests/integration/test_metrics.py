"""Metrics, heartbeats and `reunite status` after a report was answered."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from cli import status
from cli.servers import Servers
from db.database import Database
from db.monitoring import Monitoring, StateCount
from metrics import observed as observed_module
from metrics.config import MetricsSettings
from metrics.deployment import return_ratio
from metrics.observed import observed
from reunite.messages import keys
from reunite.messages.reply import Reply
from tests.support.api import Api, api_with_a_worker
from tests.support.waiting import eventually
from tests.support.world import open_world
from workers import process

pytestmark = pytest.mark.untraced

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


api_fixture = pytest.fixture(api_with_a_worker, name="api")


async def scraped(api: Api) -> Samples:
    async with api.http.get(api.metrics_url) as response:
        assert response.status == 200
        families = text_string_to_metric_families(await response.text())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


async def test_what_is_done_for_a_report_is_counted(api: Api) -> None:
    before = await scraped(api)
    await api.world.found("f1", "red")
    await api.world.lost("l1", "my red thing")
    await api.settled()
    await api.world.wait_until_idle()
    await api.ask("POST", "/v1/search", {"text": "red"})

    async def all_counted() -> Samples:
        return await scraped(api)

    after = await eventually(all_counted, holds=lambda now: of(now, "reunite_reports", kind="lost", state="open"))

    def grown(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    assert grown("reunite_work_total", outcome="done") == 2
    assert grown("reunite_embeddings_total", source="photo") == 1
    assert grown("reunite_embeddings_total", source="text") == 2
    assert grown("reunite_searches_total", origin="report") == 2
    assert grown("reunite_searches_total", origin="api") == 1
    assert grown("reunite_first_answer_seconds_count", platform="web") >= 1
    assert grown("reunite_replies_total", platform="web", outcome="done") >= 2
    assert grown("reunite_best_probability_count") >= 1
    assert grown("reunite_api_request_seconds_count", operation="search", status="200") == 1
    assert of(after, "reunite_processes", role="worker") == 1
    assert of(after, "reunite_processes", role="api") == 1
    assert of(after, "reunite_backlog_age_seconds") == 0


async def test_the_api_shows_no_metrics_where_its_clients_are(api: Api) -> None:
    async with api.http.get(f"{api.url}/metrics") as response:
        assert response.status == 404


async def test_while_the_database_is_down_the_time_of_the_numbers_stands_still(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observed_module, "_CACHE_SECONDS", 0.0)
    first, second = [of(await scraped(api), "reunite_refreshed_timestamp_seconds") for _ in range(2)]
    assert second > first > 0
    monkeypatch.setattr(observed_module, "refresh", AsyncMock(side_effect=psycopg.OperationalError))
    assert of(await scraped(api), "reunite_refreshed_timestamp_seconds") == second


async def test_the_platforms_id_of_a_post_leads_to_its_job_and_its_replies(api: Api) -> None:
    with capture_logs() as logged:
        report = await api.world.lost("l1", "my red thing")
        await api.world.wait_for_reply("l1", "nothing")
        await eventually(lambda: {"work_done", "reply_done"} <= {entry["event"] for entry in logged})
    about = [entry for entry in logged if entry.get("message") == "l1"]
    assert {entry["event"] for entry in about} == {"work_done", "reply_done"}
    assert {entry["report"] for entry in about} == {str(report.id)}
    [reply] = [entry for entry in about if entry["event"] == "reply_done"]
    assert reply["sent"] == api.world.platform.message_of("l1", "nothing")


async def test_status_shows_what_runs_and_what_has_failed(
    api: Api, database_url: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = Servers(database_url, "", redis_url, "reunite")
    report = await api.world.found("f1", "red")
    await api.settled()
    async with api.world.store.session(api.world.workspace.community) as session:
        await session._do("UPDATE work SET state = 'failed', problem = 'TryAgainError: 503'")
    assert await status.run(where, as_json=True)
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])  # the log of the services comes before
    assert {process["role"] for process in shown["processes"] if process["is_alive"]} == {"worker", "api"}
    [failed] = shown["failed"]
    assert failed["report"] == str(report.id)
    assert "again" in failed["remedy"]
    [community] = shown["communities"]
    assert community["numbers"]["open_found"] == 1
    assert await status.run(where, as_json=False)
    printed = capsys.readouterr().out
    for words in ("worker", "reports failed: 1", "TryAgainError: 503", "1 found open"):
        assert words in printed


async def test_replies_to_send_are_as_old_as_they_are_and_edits_as_old_as_they_are_due(
    database_url: str, redis_url: str
) -> None:
    hour_old = "UPDATE outbox SET state = 'queued', created_at = now() - interval '1 hour', due_at = now()"
    async with open_world(database_url, redis_url) as world:
        report = await world.found("f1", "red")
        async with world.store.session(report.community) as session:
            await session.outbox.post(report.id, keys.first_reply(report.id), Reply("nothing", lines=()))
            ages = []
            for change in ("", ", task = 'edit', sent_message = '1'", ", task = 'remove', sent_message = NULL"):
                await session._do(hour_old + change)
                [row] = await session._all("SELECT now() - oldest AS age FROM outbox_numbers()")
                ages.append(row["age"].total_seconds())
    assert ages == [3600, 0, 0]


async def test_without_a_worker_or_redis_status_says_so(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not await status.run(Servers(database_url, "", "redis://127.0.0.1:1/0", "reunite"), as_json=False)
    printed = capsys.readouterr().out
    assert "No worker is running" in printed
    assert "Redis can't be used" in printed
    assert "Check REUNITE_REDIS_URL" in printed


async def test_all_communities_are_read_at_once_and_counted_as_each_is(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(database_url, redis_url) as world:
        await world.set_up(log_channel="log")
        await world.found("f1", "red")
        await world.found("f2", "blue", text="a passport", sealed=True, category="other")
        for number, change in enumerate(("state = 'open'", "sample = true", "state = 'look'", "state = 'returned'")):
            report = await (world.found if number == 3 else world.lost)(f"l{number}", text="cup")
            async with world.store.session(report.community) as session:
                await session._do(f"UPDATE report SET {change} WHERE id = %(id)s", id=report.id)  # noqa: S608 - ours
        async with world.store.session(world.workspace.community) as session:
            await session._do("UPDATE photo SET state = 'stored', copy = '', url = NULL, upload = NULL")
            await session._do(
                "INSERT INTO tally (community_id, workspace_id, returned) VALUES (%(community)s, %(workspace)s, 2)",
                workspace=world.workspace.id,
            )
            expected = await session.items.numbers(for_moderators=True)
        assert (expected.returned, expected.open_lost, expected.photos) == (3, 1, 2)
        monkeypatch.delattr(Database, "transaction")  # which is of one community
        [community] = await status._communities(world.store)
        assert community.numbers == expected
        assert [platform for platform, _ in community.info.workspaces] == ["web"]
        monkeypatch.undo()


async def test_a_process_beats_touches_its_file_and_leaves_the_list(database_url: str, tmp_path: Path) -> None:
    beaten = tmp_path / "alive"
    async with Database(database_url) as database:
        async with observed(database, "bot web", MetricsSettings(port=0, health_file=beaten)):
            await eventually(beaten.exists)
            [process] = await Monitoring(database).processes()
            assert (process.role, process.is_alive) == ("bot web", True)
        assert await Monitoring(database).processes() == []


async def test_a_process_beats_on_after_any_error(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten, beat, defects = tmp_path / "alive", Monitoring.beat, [RuntimeError("a defect")]

    async def beat_at_the_second_attempt(*beating: Any) -> None:
        if defects:
            raise defects.pop()
        await beat(*beating)

    monkeypatch.setattr(Monitoring, "beat", beat_at_the_second_attempt)
    monkeypatch.setattr(observed_module, "_HEARTBEAT_SECONDS", 0.01)
    async with Database(database_url) as database:
        with capture_logs() as logged:
            async with observed(database, "worker", MetricsSettings(health_file=beaten)):
                await eventually(beaten.exists)
    assert [entry["event"] for entry in logged] == ["heartbeat_defect"]


async def test_a_search_is_counted_once_it_is_committed(
    api: Api, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[object] = []

    def look(*_: object) -> None:
        with psycopg.connect(owner_database_url) as connection:
            work.extend(connection.execute("SELECT state FROM work").fetchall())

    monkeypatch.setattr(process, "count_search", look)
    await api.world.lost("l1", "my red thing")
    await api.world.wait_until_idle()
    await eventually(lambda: work)
    assert work == [("done",)]


def test_the_share_of_returns_counts_only_ended_lost_reports() -> None:
    counted = [StateCount("lost", "returned", 3), StateCount("lost", "expired", 1), StateCount("lost", "open", 9)]
    assert return_ratio(counted) == 0.75
    assert return_ratio([StateCount("found", "returned", 3)]) == 0.0


@pytest.mark.parametrize(
    ("function", "index"), [("report_numbers", "report_counted"), ("match_numbers", "match_counted")]
)
def test_numbers_are_read_from_indexes_alone(owner_database_url: str, function: str, index: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        [(body,)] = connection.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function]).fetchall()
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        plan = str(connection.execute(f"EXPLAIN {body}".encode()).fetchall())
    assert f"Index Only Scan using {index}" in plan
