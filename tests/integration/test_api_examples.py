"""Every example of docs/api.md works as it's written, and the client does what the examples do."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from api import schemas
from api.client import ApiError, Client
from tests.support.api import Api, api_with_a_worker
from tests.support.pictures import drawing

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/api.md").read_text("utf-8")
CURLS = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
[PYTHON] = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


api_fixture = pytest.fixture(api_with_a_worker, name="api")


async def run(environment: dict[str, str], *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, f"{command[-1]}\n{out.decode(errors='replace')}\n{err.decode()}"
    return out.decode(errors="replace")


async def test_the_examples_of_the_documentation_work(api: Api, tmp_path: Path) -> None:
    item = await api.post("found", "a red backpack", "red")
    _, shown = await api.ask("GET", f"/v1/items/{item}")
    _, job = await api.ask("POST", "/v1/jobs", {"items": [{"kind": "lost", "text": "a red thing"}]})
    environment = {
        "URL": api.url,
        "TOKEN": api.secrets["all"],
        "PHOTO": "bot/web/static/samples/backpack.jpg",
        "ITEM": item,
        "PHOTO_ID": shown["photos"][0]["id"],
        "JOB": job["id"],
    }
    for curl in CURLS:
        await run(environment, "bash", "-euc", curl.replace("photo.jpg", str(tmp_path / "photo.jpg")))
    assert (tmp_path / "photo.jpg").read_bytes().startswith(b"\xff\xd8")
    assert "blue backpack" in await run(environment, sys.executable, "-c", PYTHON)

    async with api.http.get(f"{api.url}/openapi.json") as response:
        described = {re.sub(r"\{\w+\}", "$", path) for path in (await response.json())["paths"]}
    assert described <= {re.sub(r"\$\w+", "$", path) for path in re.findall(r"\$URL(/[\w/$]+)", DOCUMENT)}


async def test_the_client_does_what_the_api_can(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "red.jpg"
    file.write_bytes(drawing("red"))
    async with Client(api.url, api.secrets["all"]) as client:
        item = await client.post("found", "a red thing", [file], key="once")
        assert await client.post("found", "a red thing", [file], key="once") == item
        lost = await client.post("lost", "my red thing")
        await api.settled()
        [result] = await client.search("red")
        assert (result.item.id, result.photo) == (item, (await client.item(item)).photos[0].id)
        [result] = await client.search(photo=drawing("red"), among="lost")
        assert result.item.id == lost
        assert [match.item.id for match in await client.matches(item)] == [lost]
        assert await client.similar(item) == []
        assert len((await client.similarities(["red", "blue"], [file]))[1]) == 1
        assert (await client.photo((await client.item(item)).photos[0].id)).startswith(b"\xff\xd8")
        job = await client.start_job([schemas.NewItem(kind="lost", text="a blue scarf")])
        assert (await client.wait_for_job(job.id)).done == 1
        assert (await client.stats()).open_lost == 2
        await client.withdraw(item)
        with pytest.raises(ApiError, match=r"no such item\.") as refused:
            await client.item(item)
        assert refused.value.status == 404
