"""All settings, read from the environment in groups; each group is passed on as it is."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from api.config import ApiConfig
from board.config import BoardConfig
from bot.discord.config import DiscordConfig
from bot.slack.config import SlackConfig
from bot.web.config import WebConfig
from bot.webhook.config import WebhookConfig
from cli.children import PARENT, READY_FILE
from cli.errors import UsageError
from db.config import DatabaseSettings, HomePath, KeySettings, RedisSettings, from_environment
from metrics.config import MetricsSettings
from workers.config import EncoderSettings, OpenSetSettings, PhotoSettings

_PREFIX: Final = "REUNITE_"
_FILE: Final = "_FILE"
_INTERNAL: Final = {PARENT, READY_FILE}
"""What processes of ours tell each other."""


def default_home() -> Path:
    """Return the embedded servers' folder; root's is where the servers' unprivileged account may enter."""
    return Path("/var/lib/reunite") if os.geteuid() == 0 else user_data_path("reunite")


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class EmbeddedSettings:
    """The embedded servers."""

    home: HomePath = Field(default_factory=default_home)


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class LimitSettings:
    """How many reports the bots accept from one member within an hour, and when they tell moderators of a long wait."""

    reports_per_hour: int = Field(default=60, ge=1)
    alert_minutes: int = Field(default=10, ge=0)
    """0: never."""


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_LOG_"))
class LogSettings:
    """The log on standard error. Without a `level` it is info, and in the demo warning."""

    level: Literal["debug", "info", "warning", "error"] | None = None
    json: bool = False


class Settings(BaseSettings):
    """Every group of settings. An empty variable counts as not set."""

    model_config = SettingsConfigDict(frozen=True)

    embedded: EmbeddedSettings = Field(default_factory=EmbeddedSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    redis: RedisSettings = Field(default_factory=RedisSettings)
    keys: KeySettings = Field(default_factory=KeySettings)
    encoder: EncoderSettings = Field(default_factory=EncoderSettings)
    photos: PhotoSettings = Field(default_factory=PhotoSettings)
    open_set: OpenSetSettings = Field(default_factory=OpenSetSettings)
    discord: DiscordConfig = Field(default_factory=DiscordConfig)
    slack: SlackConfig = Field(default_factory=SlackConfig)
    web: WebConfig = Field(default_factory=WebConfig)
    webhook: WebhookConfig = Field(default_factory=WebhookConfig)
    api: ApiConfig = Field(default_factory=ApiConfig)
    board: BoardConfig = Field(default_factory=BoardConfig)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - it would give each variable to one field
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Give the whole environment to each group, which takes its own variables."""
        return init_settings, _Environment(settings_cls)


def environment() -> dict[str, str]:
    """Return the variables that are set, secrets that are in files included: NAME_FILE has the path of NAME's value.

    Spaces, line ends and quotation marks around a variable's value don't belong to it: they are left by files with
    Windows' line ends, and by programs that read such files but don't know quotation marks. In a secret's file,
    quotation marks are part of the secret.

    Raises UsageError if a file can't be read, or a variable is set both ways.
    """
    given = {name: bare for name, value in os.environ.items() if (bare := _bare(value))}
    for name in variables():
        if path := given.pop(f"{name}{_FILE}", None):
            if name in given:
                raise UsageError(f"Set either {name} or {name}{_FILE}, not both.")
            try:
                given[name] = Path(path).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not text"
                raise UsageError(f"{name}{_FILE}: {path} can't be read ({reason}).") from error
    return given


def _bare(value: str) -> str:
    value = value.strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if is_quoted else value


class _Environment(PydanticBaseSettingsSource):
    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self._given = environment()

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        return self._given, field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict.fromkeys(self.settings_cls.model_fields, self._given)


def variables() -> Mapping[str, object]:
    """Return the default of every variable; of several names for one setting, under the first."""
    defaults: dict[str, object] = {}
    for group in Settings.model_fields.values():
        for field in group.annotation.__pydantic_fields__.values():  # type: ignore[union-attr] # groups are dataclasses
            alias = field.validation_alias
            name = str(alias.choices[0] if isinstance(alias, AliasChoices) else alias)
            if name.isupper():  # a hook for tests has no variable
                defaults[name] = field.default
    return defaults


def misspelt() -> Iterator[str]:
    """Warn of variables that look like settings but aren't; for child processes, the parent has done so."""
    if PARENT in os.environ:
        return
    known = {*variables(), *(f"{name}{_FILE}" for name in variables())}
    for name in sorted(os.environ.keys() - _INTERNAL):
        if name.startswith(_PREFIX) and name not in known:
            endings = [each.removeprefix(_PREFIX) for each in known]  # the beginning makes all alike
            near = get_close_matches(name.removeprefix(_PREFIX), endings, n=1)
            yield f"There's no setting {name}.{f' Did you mean {_PREFIX}{near[0]}?' if near else ''}"
