"""What several of these files need."""

import pytest

from cli.servers import Servers
from tests.support.keys import KEYS


@pytest.fixture
def where(database_url: str, redis_url: str) -> Servers:
    """The test's own servers, as commands name them."""
    return Servers(database_url, database_url, redis_url, "reunite", KEYS)
