"""`reunite token` and `reunite api` as an operator runs them."""

import json
from pathlib import Path

import psycopg
import pytest
from aiohttp import ClientSession

from db.store import Store
from reunite.commands import JoinWorkspace
from tests.support.processes import REUNITE, free_port, process, reunite, reunite_in_thread
from tests.support.waiting import eventually


async def status_of(url: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status


@pytest.mark.slow
async def test_a_token_is_made_used_listed_and_revoked(environment: dict[str, str], tmp_path: Path) -> None:
    assert "There's no community yet" in await reunite_in_thread(environment, "token", "create", "early", fails=True)
    async with Store(environment["REUNITE_DATABASE_URL"]) as store:
        await store.join(JoinWorkspace("web", "here", "Our place"))
        await store.join(JoinWorkspace("web", "there", "Elsewhere"))
    create = ("token", "create", "shelf")
    assert "Say which community" in await reunite_in_thread(environment, *create, fails=True)
    unknown_scope = await reunite_in_thread(
        environment, *create, "--scope", "all", "--community", "our place", fails=True
    )
    assert "no scope 'all'" in unknown_scope
    token = (await reunite_in_thread(environment, *create, "--community", "our place", "--days", "30")).strip()
    with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"]) as connection:
        assert token not in str(connection.execute("SELECT * FROM api_token").fetchall())
    port, ready = free_port(), tmp_path / "ready"
    served = {**environment, "REUNITE_API_PORT": str(port), "REUNITE_READY_FILE": str(ready)}
    async with process(*REUNITE, "api", env=served):
        await eventually(ready.exists)
        url = f"http://127.0.0.1:{port}/v1/stats"
        assert await status_of(url, token) == 200
        [listed] = json.loads(
            await reunite_in_thread(environment, "token", "list", "--community", "Our place", "--json")
        )
        assert (listed["name"], listed["scopes"]) == ("shelf", ["read"])
        assert listed["used_at"]
        assert listed["expires_at"]
        await reunite_in_thread(environment, "token", "revoke", listed["id"], "--community", "Our place")
        assert await status_of(url, token) == 401
        taken = reunite(served, "api", fails=True)
        assert "Choose another with REUNITE_API_PORT=" in taken
