"""The command `reunite`: a table of its commands, each of which imports what it needs when it runs."""

from collections.abc import Callable
from importlib import metadata
from typing import Annotated

import typer

from cli import commands, keys, models, tokens
from cli.bench import commands as bench
from cli.context import let_sigterm_clean_up
from cli.history import commands as history
from cli.tuning import commands as tuning

app = typer.Typer(
    name="reunite",
    help="The lost-and-found bot for Discord and Slack communities.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "Try it": {"demo": commands.demo, "try": commands.try_once},
    "Run it": {
        "run": commands.run,
        "worker": commands.worker,
        "bot": commands.bot,
        "api": commands.api,
        "board": commands.board,
        "migrate": commands.migrate,
    },
    "Look after it": {
        "doctor": commands.doctor,
        "status": commands.status,
        "communities": commands.communities,
        "backup": commands.backup,
        "restore": commands.restore,
        "import": history.import_list,
        "backfill": history.backfill,
        "export": history.export,
        "reembed": commands.reembed,
    },
    "Measure it": {"match": tuning.match, "evaluate": tuning.evaluate, "calibrate": tuning.calibrate},
}


def _print_version(asked: bool) -> None:  # noqa: FBT001 - an option's callback
    if asked:
        print(f"reunite {metadata.version('reunite')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[  # noqa: ARG001 - its callback prints it
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    let_sigterm_clean_up()


for panel, named in _COMMANDS.items():
    for name, command in named.items():
        app.command(name, rich_help_panel=panel)(command)
app.add_typer(keys.app, name="keys", rich_help_panel="Look after it")
app.add_typer(models.app, name="model", rich_help_panel="Look after it")
app.add_typer(tokens.app, name="token", rich_help_panel="Look after it")
app.add_typer(bench.app, name="bench", rich_help_panel="Measure it")

if __name__ == "__main__":
    app()
