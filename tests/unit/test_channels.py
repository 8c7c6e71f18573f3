"""Which channels are for found and for lost reports."""

import pytest

from bot.channels import CHANNEL_USES, check_log, role_of, without_deleted
from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError
from reunite.language import LANGUAGES, sentence, words_in
from tests.support.tables import for_each


def test_channels_have_their_role_by_name() -> None:
    roles = {name: role_of("C1", name, Settings()) for name in ("found", "lost", "Lost-and-Found", "general")}
    assert roles == {
        "found": ReportKind.FOUND,
        "lost": ReportKind.LOST,
        "Lost-and-Found": ReportKind.FOUND,
        "general": None,
    }


FOUND_HERE = (
    *("objets-perdus", "🎒objetos-perdidos", "oggetti-smarriti", "lost-property", "lost-&-found", "落とし物-拾い物"),
    *("znalezione-i-zgubione", "gevonden-en-verloren", "忘れ物・落とし物"),
    *("fundsachen", "📦┃Fundsachen", "gefunden", "Fundbüro", "fundbuero", "fundbu\u0308ro", "lost-found", "🔎丨found"),
    *("objets-trouvés", "objets-trouves", "encontrados", "ritrovati", "achados-e-perdidos", "znalezione"),
    *("拾得物", "【拾得物】", "🔎ㅣfound", "𝐟𝐨𝐮𝐧𝐝", "🅵🅾🆄🅽🅳", "ʟᴏsᴛ-ᴀɴᴅ-ғᴏᴜɴᴅ", "lostandfound", "found-lost"),
    *(
        "lost-items-found-items",
        "lost-und-found",
        "achados-perdidos",
        "perdidos-encontrados",
        "落とし物と拾得物",
        "寻物招领",
    ),
)
LOST_HERE = (
    "verloren",
    "perdus",
    "🧤・perdidos",
    "smarriti",
    "smarrimenti",
    "zgubione",
    "落とし物",
    "🔍｜落とし物",
    "--lost--",
    "ʟᴏꜱᴛ",
    "寻物启示",
)
NEITHER = (
    *(
        "lost-media",
        "found-footage",
        "not-found",
        "404-found",
        "lost-ark",
        "fundstücke",
        "lost-and-found-team",
        "🎒",
        "and",
    ),
    *(
        "achados",
        "achado",
        "perso",
        "拾い物",
        "見つけたもの",
        "found-stuff",
        "fundsachen-team",
        "general",
        "落とし物-モデレーター",
    ),
)


@pytest.mark.parametrize(
    ("names", "kind"), [(FOUND_HERE, ReportKind.FOUND), (LOST_HERE, ReportKind.LOST), (NEITHER, None)]
)
def test_channels_are_known_in_every_language_and_with_ornaments(
    names: tuple[str, ...], kind: ReportKind | None
) -> None:
    assert {name: role_of("C1", name, Settings()) for name in names} == dict.fromkeys(names, kind)


@for_each("language", LANGUAGES)
def test_the_channels_that_the_setup_creates_are_known_by_name(language: str) -> None:
    roles = [role_of("C1", sentence(f"channel_{use}", language), Settings()) for use in CHANNEL_USES]
    assert roles == [ReportKind.FOUND, ReportKind.LOST, None]


@pytest.mark.parametrize("kind", ReportKind)
def test_no_name_of_one_kind_is_one_of_the_other_kind_in_another_language(kind: ReportKind) -> None:
    names = [name for language in LANGUAGES for name in words_in(language).channels[kind]]
    assert {role_of("C1", name, Settings()) for name in names} == {kind}


def test_the_moderators_choice_overrides_the_channels_names() -> None:
    chosen = Settings(found_channels=("C1",), lost_channels=("C2",))
    channels = (("C1", "general"), ("C2", "found"), ("C3", "found"), ("C4", "lost"))
    roles = [role_of(channel, name, chosen) for channel, name in channels]
    assert roles == [ReportKind.FOUND, ReportKind.LOST, None, None]
    assert role_of("C4", "lost", Settings(found_channels=("C1",))) is ReportKind.LOST


@pytest.mark.parametrize("name", ["found", "fundbüro", "lost-found"])
def test_the_moderators_channel_takes_no_reports_whatever_its_name(name: str) -> None:
    assert role_of("C1", name, Settings(log_channel="C1")) is None
    check_log(Settings(log_channel="C1"), name, before="C1")


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
        check_log(settings, name, before=None)


@pytest.mark.parametrize(("settings", "name"), [(Settings(), "found"), (Settings(log_channel="C1"), "moderators")])
def test_any_other_channel_can_be_the_moderators(settings: Settings, name: str) -> None:
    check_log(settings, name, before=None)
