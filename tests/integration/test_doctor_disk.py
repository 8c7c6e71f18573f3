"""`reunite doctor` notices that the database takes no new data, although it answers."""

from dataclasses import replace

from psycopg.conninfo import make_conninfo

from cli import doctor
from cli.servers import Servers


async def test_a_database_that_takes_no_new_data_is_a_problem(where: Servers, owner_database_url: str) -> None:
    fine = await doctor._disk(replace(where, owner_database_url=owner_database_url))
    assert (fine.ok, fine.found) == (True, "takes new data")
    refusing = make_conninfo(owner_database_url, options="-c default_transaction_read_only=on")
    bad = await doctor._disk(replace(where, owner_database_url=refusing))
    assert bad.ok is False
    assert "read-only" in bad.found
    assert "Make room on its disk" in bad.remedy
