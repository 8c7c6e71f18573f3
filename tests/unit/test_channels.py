"""Which channels are for found and for lost reports."""

import pytest

from bot.channels import check_log, role_of, without_deleted
from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError


def test_channels_have_their_role_by_name() -> None:
    roles = {name: role_of("C1", name, Settings()) for name in ("found", "lost", "Lost-and-Found", "general")}
    assert roles == {
        "found": ReportKind.FOUND,
        "lost": ReportKind.LOST,
        "Lost-and-Found": ReportKind.FOUND,
        "general": None,
    }


def test_the_moderators_choice_overrides_the_channels_names() -> None:
    chosen = Settings(found_channels=("C1",), lost_channels=("C2",))
    channels = (("C1", "general"), ("C2", "found"), ("C3", "found"), ("C4", "lost"))
    roles = [role_of(channel, name, chosen) for channel, name in channels]
    assert roles == [ReportKind.FOUND, ReportKind.LOST, None, None]
    assert role_of("C4", "lost", Settings(found_channels=("C1",))) is ReportKind.LOST


def test_deleted_channels_leave_the_settings() -> None:
    settings = Settings(found_channels=("C1", "C2"), lost_channels=("C3",), log_channel="C4")
    kept = without_deleted(settings, lambda channel: channel in {"C2", "C3"})
    assert kept == Settings(found_channels=("C2",), lost_channels=("C3",), log_channel=None)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(log_channel="C1", found_channels=("C1",)), "general"),
        (Settings(log_channel="C1", lost_channels=("C1",)), "general"),
        (Settings(log_channel="C1"), "found"),
    ],
)
def test_the_moderators_channel_can_not_be_one_for_reports(settings: Settings, name: str) -> None:
    with pytest.raises(TellUserError, match="log_channel_for_reports"):
        check_log(settings, name)


@pytest.mark.parametrize(("settings", "name"), [(Settings(), "found"), (Settings(log_channel="C1"), "moderators")])
def test_any_other_channel_can_be_the_moderators(settings: Settings, name: str) -> None:
    check_log(settings, name)
