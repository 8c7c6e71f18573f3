"""The HTTP API does what its OpenAPI document says, whatever is sent (schemathesis)."""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from tests.support.api import Api, encoded, opened
from tests.support.waiting import PATIENCE

EXPECTED = ["2xx", "404", "409", "422", "429"]
"""What data that fit the schema may lead to: they may still make no sense."""
PHOTO = encoded("red")
EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
"""Of each operation, of data that fit, of others, and of sensible ones."""


@pytest.fixture
def served(database_url: str, redis_url: str) -> Iterator[tuple[Api, Mapping[str, str]]]:
    """The API with a worker on a loop of its own, as schemathesis blocks; and the ids of things that are there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE)

    context = opened(database_url, redis_url, requests_per_minute=100_000)
    api: Api = run(context.__aenter__())
    try:
        item = run(api.post("found", "a red thing", "red"))
        run(api.post("lost", "something red", by="moderator"))
        run(api.post("found", "another red thing", "red"))
        _, shown = run(api.ask("GET", f"/v1/items/{item}"))
        _, job = run(api.ask("POST", "/v1/jobs", {"items": [{"kind": "lost", "text": "a"}]}))
        yield api, {"item": item, "photo": shown["photos"][0]["id"], "job": job["id"]}
    finally:
        run(context.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def described(api: Api) -> Any:
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict(
        {
            "auth": {"openapi": {"token": {"bearer": api.secrets["moderator"]}}},
            "checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}},
        }
    )
    return schemathesis.openapi.from_url(f"{api.url}/openapi.json", config=config)


def make_sensible(case: Any, ids: Mapping[str, str]) -> None:
    """Name what is there, and send photos: chance finds neither."""
    if case.method != "DELETE":
        case.path_parameters = {name: ids[name] for name in case.path_parameters}
    bodies = case.body.get("items", [case.body]) if isinstance(case.body, dict) else []
    for body in bodies:
        body.pop("happened_at", None)
        body.update({"photo": PHOTO} if "photo" in body else {"photos": [PHOTO]} if "photos" in body else {})
        if case.path in {"/v1/items", "/v1/jobs"}:
            body.update(text=f"red {uuid4()}", sealed=False, private=False)
        elif case.path == "/v1/search":
            body["text"] = "red"


def tried(operation: Any, mode: Any, ids: Mapping[str, str] | None) -> tuple[list[str], Counter[int]]:
    """Try data that fit the schema, or don't; return what is wrong with the responses, and their statuses."""
    statuses: Counter[int] = Counter()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
    def check(case: Any) -> None:
        if ids is not None:
            make_sensible(case, ids)
        statuses[case.call_and_validate(timeout=PATIENCE).status_code] += 1

    try:
        check()
    except Unsatisfiable:
        pass  # an operation without parameters takes nothing that could be wrong
    except Exception as error:  # noqa: BLE001 - each kind of failure is listed
        return [f"{operation.label} ({mode.value}): {error!r}"], statuses
    return [], statuses


@pytest.mark.slow
@pytest.mark.untraced
def test_the_api_keeps_to_its_document(served: tuple[Api, Mapping[str, str]]) -> None:
    from schemathesis import GenerationMode

    api, ids = served
    operations = [operation.ok() for operation in described(api).get_all_operations()]
    assert len(operations) == 14
    for operation in operations:
        for mode in GenerationMode:
            wrong, statuses = tried(operation, mode, None)
            assert wrong == [], statuses
        wrong, statuses = tried(operation, GenerationMode.POSITIVE, ids)
        assert wrong == []
        if operation.method != "delete":
            assert any(status < 300 for status in statuses), (operation.label, statuses)
