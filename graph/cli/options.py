"""Options that all commands share, and the decorator that makes a command of a function."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from graph.cli.exit_codes import BAD_INPUT, DONE, INTERRUPTED

if TYPE_CHECKING:
    from graph.cli.clients.base import Client, QuestionHandler
    from graph.errors import HomeInUseError

Function = Callable[..., Any]


class Failure(click.ClickException):
    """A problem that the user can solve: one sentence on standard error, and a JSON object with `--json`."""

    exit_code = BAD_INPUT

    def __init__(self, message: str, as_json: bool) -> None:
        super().__init__(message)
        self._as_json = as_json

    def show(self, file: Any = None) -> None:
        """Print the message."""
        if self._as_json:
            sys.stdout.write(json.dumps({"error": self.message}, ensure_ascii=False) + "\n")
        sys.stderr.write(f"pagewitness: {self.message}\n")


@dataclass(frozen=True)
class Options:
    """The values of the options that all commands share.

    Attributes:
        json: Print JSON instead of text.
        home: The home folder; None for the one that the environment names.
        server: The address of the server that carries out the command; None for this process.
        engine: The engine; None for the one that the environment names.
    """

    json: bool
    home: str | None
    server: str | None
    engine: str | None

    def asker(self) -> QuestionHandler | None:
        """Return the function that asks the user at the terminal; None without a terminal, and with `--json`."""
        at_terminal = sys.stdin.isatty() and sys.stderr.isatty()
        return None if self.json or not at_terminal else _ask_user

    def client(self, **context: Any) -> Client:
        """Return the client that carries out the command; `context` holds settings of the run.

        Raises:
            BadInputError: `--home` was given with `--server`.
        """
        if not self.server:
            from graph.cli.clients.local import LocalClient

            return LocalClient(context)
        from graph.cli.clients.remote import RemoteClient
        from graph.errors import BadInputError
        from graph.runtime import process

        if self.home:
            raise BadInputError("--home and --server exclude each other: the server has a home folder of its own.")
        process.freeze_gc()
        # The server has its own environment: only what is given as an option is sent to it.
        return RemoteClient(self.server, {**context, "engine": self.engine} if self.engine else context)

    def begin_reading(self, sources: Sequence[str]) -> None:
        """Start the processes that will read these sources: they import while this process does, unless it has."""
        from graph.settings import settings
        from loaders.pages import ahead

        if not (self.server or settings().pool_url or "graph.app" in sys.modules):
            ahead.begin(sources)

    def show(self, value: Mapping[str, Any], render: Callable[[Mapping[str, Any]], None]) -> None:
        """Print a result: as JSON with `--json`, else with `render`."""
        if self.json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
        else:
            render(value)

    def show_line(self, value: Mapping[str, Any], render: Callable[[Mapping[str, Any]], None]) -> None:
        """Print one of many results at once: as a line of JSON with `--json`, else with `render`."""
        if self.json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        else:
            render(value)
        sys.stdout.flush()


def with_options(function: Function) -> Function:
    """Add the shared options to a command and run it with the process set up for it.

    The function gets an `Options` as its first argument. It returns an exit code, or None for 0. Errors that the user
    can solve become a `Failure`, Ctrl-C the exit code 130.
    """
    return _with(_SHARED, function)


def without_server(reason: str) -> Callable[[Function], Function]:
    """Return `with_options` for a command that works in this process only: its help does not show `--server`.

    Where that is given, it is refused with the reason, the beginning of a sentence.
    """

    def decorated(function: Function) -> Function:
        @functools.wraps(function)
        def run(options: Options, **arguments: Any) -> int | None:
            from graph.errors import BadInputError

            if options.server:
                raise BadInputError(f"{reason}: leave out --server.")
            result: int | None = function(options, **arguments)
            return result

        return _with(tuple(_NO_SERVER if option is _SERVER else option for option in _SHARED), run)

    return decorated


def _with(shared: Sequence[Callable[[Function], Function]], function: Function) -> Function:
    """Return the command of a function with these of the shared options."""

    @functools.wraps(function)
    def run(json: bool, home: str | None, server: str | None, engine: str | None, **arguments: Any) -> int:
        options = Options(json, home, server, engine)
        _set_up(options)
        from concurrent.futures import CancelledError

        from graph.errors import BadInputError, HomeError, HomeInUseError, ModelError, ServerError
        from loaders.errors import PoolError, SourceError

        try:
            return function(options, **arguments) or DONE
        except HomeInUseError as error:
            raise Failure(_advice(error, click.get_current_context()), json) from error
        except (BadInputError, SourceError, PoolError, HomeError, ModelError, ServerError) as error:
            raise Failure(str(error), json) from error
        except (KeyboardInterrupt, CancelledError):
            click.echo("Stopped. Finished work is saved: run the same command again to continue.", err=True)
            return INTERRUPTED

    command: Function = run
    for option in reversed(shared):
        command = option(command)
    return command


_SERVER = click.option(
    "--server", metavar="URL", show_default="this process",
    help="A running server that carries out the command, on its own home folder.",
)  # fmt: skip
_NO_SERVER = click.option("--server", hidden=True)
_SHARED: tuple[Callable[[Function], Function], ...] = (
    click.option("--json", is_flag=True, show_default="text", help="Print JSON instead of text."),
    click.option(
        "--home", metavar="DIR", show_default=".pagewitness",
        help="The folder that holds everything that is stored; beats PAGEWITNESS_HOME.",
    ),
    _SERVER,
    click.option(
        "--engine", type=click.Choice(["auto", "llm", "offline", "gemini"]), show_default="auto",
        metavar="[auto|llm|offline]",
        help="What reads and answers: `llm` is chat models, `offline` this machine alone, `auto` chat models where a "
        "key is set; beats PAGEWITNESS_ENGINE.",
    ),
)  # fmt: skip


def _ask_user(back: Mapping[str, Any]) -> str:
    """Print the question of a run with its options; return the user's answer, "" for the assumed option."""
    if back.get("problem"):
        click.echo(back["problem"], err=True)
    click.echo(back["question"], err=True)
    for number, option in enumerate(back["options"], 1):
        usual = "  (Enter)" if option["id"] == back["assumed"] else ""
        click.echo(f"  {number}  {option['label']}{usual}", err=True)
    try:
        return input("which? ").strip()
    except EOFError:
        return ""


def _set_up(options: Options) -> None:
    """Prepare the process: environment, one thread for numpy, Ctrl-C."""
    import signal

    if options.home:
        os.environ["PAGEWITNESS_HOME"] = options.home
    if options.engine:
        os.environ["PAGEWITNESS_ENGINE"] = options.engine
    from graph.settings import limit_numpy_threads

    limit_numpy_threads()  # before anything imports numpy
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(*_: object) -> None:
    """Cancel the nodes that other threads wait for, which would finish the whole run first; end the command.

    Nothing is imported here: the signal may come in the middle of an import, which then failed with an ImportError.
    """
    if stop := getattr(sys.modules.get("graph.runtime.async_nodes"), "stop", None):
        stop()
    raise KeyboardInterrupt


def _advice(error: HomeInUseError, context: click.Context) -> str:
    """Return the error's message, with the command to run through the server that owns the home folder, if any."""
    import shlex

    if not error.served_at or context.info_name in ("eval", "serve"):
        return error.message_with("wait until it ends")
    words = list(context.find_root().obj)
    for at, word in enumerate(words):
        if word == "--home" or word.startswith("--home="):
            del words[at : at + 1 + (word == "--home")]
            break
    return error.message_with(f"run `{shlex.join(['pagewitness', *words, '--server', error.served_at])}`")
