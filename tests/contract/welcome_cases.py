"""The first minute in a workspace, whatever store the handlers have: run in memory and on PostgreSQL."""

from reunite.language import sentence
from reunite.messages.welcome import Ways
from tests.contract.stages import Stage


class WelcomeCases:
    """Greetings."""

    async def test_a_workspace_is_greeted_once_in_its_language(self, stage: Stage) -> None:
        await stage.join(language="de")
        await stage.join("there")
        ways = Ways("/lost", "/found", "/sealed", "/search", "/mine", "/privacy", "/setup", "/help")
        first = await stage.handlers.greeting("web", "here", ways)
        assert first
        assert sentence("greet_try", "de", lost="/lost") in first.text()
        assert await stage.handlers.greeting("web", "here", ways) is None
        assert await stage.handlers.greeting("web", "there", ways)
