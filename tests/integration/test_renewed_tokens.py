"""A token whose secret is replaced keeps what was posted with the old one."""

from uuid import uuid4

import pytest

from cli import tokens
from cli.errors import UsageError
from db.api_tokens import ApiTokens
from tests.support.api import Api, api_with_a_worker

pytestmark = pytest.mark.untraced
api_fixture = pytest.fixture(api_with_a_worker, name="api")


async def test_a_renewed_token_owns_what_it_posted_and_its_old_secret_is_refused(api: Api, database_url: str) -> None:
    item = await api.post("lost", "a diary", private=True)
    stored = await ApiTokens(api.world.store).of(api.world.workspace.community)
    [token] = [token.id for token in stored if token.name == "all"]
    api.secrets["old"] = api.secrets["all"]
    api.secrets["all"] = await tokens._renew(database_url, None, str(token))
    assert (await api.ask("GET", f"/v1/items/{item}", by="old"))[0] == 401
    assert (await api.ask("GET", f"/v1/items/{item}"))[0] == 200
    assert (await api.ask("DELETE", f"/v1/items/{item}"))[0] == 204
    for unknown in (str(uuid4()), "website"):
        with pytest.raises(UsageError, match="`reunite token list` shows them"):
            await tokens._renew(database_url, None, unknown)
