"""The table of rights, with the handlers."""

import pytest

from tests.contract.rights_cases import (
    RightsCases,
    test_a_bot_may_do_nothing_and_a_member_only_what_all_may,
    test_every_row_is_tested_here_or_at_an_adapter,
)

pytestmark = pytest.mark.untraced

__all__ = [
    "test_a_bot_may_do_nothing_and_a_member_only_what_all_may",
    "test_every_row_is_tested_here_or_at_an_adapter",
]


@pytest.mark.asyncio(loop_scope="module")
class TestRights(RightsCases):
    """Every case."""
