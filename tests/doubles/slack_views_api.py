"""`views.*` of the Slack double's Web API."""

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from tests.doubles.slack_blocks import RefusedError, check_view

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble
    from tests.doubles.slack_api import Bot

Answer = dict[str, Any]


class SlackViewsApi:
    """Methods by their names after `views.`."""

    def __init__(self, world: "SlackDouble") -> None:
        self._world = world
        self._numbers = itertools.count(1)

    def open(self, arguments: Answer, bot: "Bot") -> Answer:
        trigger = self._world.ui.triggers.pop(arguments["trigger_id"], None)
        if trigger is None:
            raise RefusedError("exchanged_trigger_id")  # views.open
        user, given = trigger
        if time.monotonic() - given > self._world.triggers_live:
            raise RefusedError("expired_trigger_id")
        return {"view": self._keep(arguments, bot, f"V{next(self._numbers)}", user)}

    def update(self, arguments: Answer, bot: "Bot") -> Answer:
        known = self._world.ui.views.get(arguments["view_id"])
        if known is None:
            raise RefusedError("not_found")
        return {"view": self._keep(arguments, bot, known["id"], known["user"])}

    def publish(self, arguments: Answer, bot: "Bot") -> Answer:
        view = self._checked(arguments)
        home = {**view, "id": f"V-{arguments['user_id']}", "user": arguments["user_id"], "team_id": bot.team}
        self._world.ui.homes[arguments["user_id"]] = home
        return {"view": home}

    def _keep(self, arguments: Answer, bot: "Bot", view_id: str, user: str) -> Answer:
        kept = {**self._checked(arguments), "id": view_id, "user": user, "team_id": bot.team}
        self._world.ui.views[view_id] = {**kept, "root_view_id": view_id, "app_installed_team_id": bot.team}
        return self._world.ui.views[view_id]

    def _checked(self, arguments: Answer) -> Answer:
        view = arguments["view"]
        view = dict(json.loads(view) if isinstance(view, str) else view)
        check_view(view, self._world.files)
        return view
