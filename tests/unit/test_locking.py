"""What a press does with a match that another transaction has deleted before its reports were locked."""

from unittest.mock import AsyncMock, MagicMock
from uuid import uuid4

import pytest

from reunite.errors import TellUserError
from reunite.locking import locked_match


async def test_a_match_that_went_before_its_reports_were_locked_is_gone() -> None:
    session, match = AsyncMock(), MagicMock()
    session.reports.lock.return_value = {match.lost: MagicMock(), match.found: MagicMock()}
    session.matches.get.side_effect = [match, None]
    with pytest.raises(TellUserError, match="nothing_here"):
        await locked_match(session, uuid4())
