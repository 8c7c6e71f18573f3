"""The handlers, and each part of the store's sessions."""

import pytest

from tests.contract.handler_cases import HandlerCases
from tests.contract.store_cases import StoreCases

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestHandlers(HandlerCases):
    """Every case."""


class TestStore(StoreCases):
    """Every case."""
