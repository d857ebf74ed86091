"""The `migrate` command: moves a library between the home folder and a database, and its files to a bucket and back."""

from __future__ import annotations

import sys
from typing import Any

import click

from graph.cli.exit_codes import DONE, EXPLAINED, INCOMPLETE
from graph.cli.options import Options, without_server
from graph.types import counted


@click.command(epilog=EXPLAINED)
@click.option(
    "--to", "address", metavar="PLACE", default="", show_default="where it is",
    help="Where the library goes: postgresql://user@host/database, or home:FOLDER.",
)  # fmt: skip
@click.option(
    "--files", metavar="URL", default="", show_default="as now; the folder of home:FOLDER",
    help="Where page images and uploads go: s3://bucket/prefix, gs://..., az://..., file:///folder, or `home`.",
)  # fmt: skip
@click.option("--verify", is_flag=True, show_default="off", help="Copy nothing; compare documents and files.")
@click.option(
    "--overwrite", is_flag=True, show_default="off",
    help="Replace documents that were changed at the new place since they were copied.",
)  # fmt: skip
@click.option("--reopen", is_flag=True, show_default="off", help="Write again into a home folder that was left.")
@without_server("`migrate` works on the stores of this machine")
def migrate(options: Options, address: str, files: str, verify: bool, overwrite: bool, reopen: bool) -> int:
    """Copy the library or its files to another place.

    Run it again if it was stopped: what is there already is left out. The home folder that the library leaves stays as
    it is, and refuses to be written.
    """
    from graph import dependencies
    from graph.errors import BadInputError
    from graph.maintenance import migration

    source = opened = dependencies.home_stores()
    if reopen:
        source.acquire()
        source.leave_for("")
        options.show({"place": source.place}, lambda found: click.echo(f"Written again: {found['place']}."))
        return DONE
    if not address and not files:
        raise BadInputError("`migrate` needs a place: --to postgresql://user@host/database, or --to home:FOLDER.")
    target = migration.target_of(address, source, files)
    source = migration.source_of(opened)
    try:
        if verify:
            moved = migration.compare(source, target, _progress(options.json))
        else:
            moved = migration.copy(source, target, _progress(options.json), overwrite=overwrite)
    finally:
        target.close()
        if source is not opened:
            source.close()
    options.show(moved, _print_compared if verify else _print_copied)
    return INCOMPLETE if moved["differences"] or (moved["in_use"] and not verify) else DONE


def _progress(quiet: bool) -> Any:
    """Return a callback that counts the documents in one line of the terminal."""
    shown = sys.stderr.isatty() and not quiet

    def show(done: int, total: int, _: str) -> None:
        if shown:
            sys.stderr.write(f"\r{done} of {total} documents{chr(10) if done == total else ''}")
            sys.stderr.flush()

    return show


def _print_copied(moved: Any) -> None:
    click.echo(f"{counted(moved['documents'], 'document')}: {moved['copied']} copied, {moved['equal']} there before.")
    if moved["deleted"]:
        click.echo(f"Deleted there, as here since they were copied: {counted(moved['deleted'], 'document')}.")
    _print_rest(moved)
    if moved["kept"]:
        click.echo(
            "What was changed at the new place is not replaced with what is here unless you add --overwrite: compare "
            "both first."
        )
    elif moved["in_use"]:
        click.echo(
            f"The home folder is in use by {moved['in_use']}: run the same command when it has ended, to copy what is "
            "new and to leave the folder."
        )
    elif not moved["differences"]:
        click.echo(
            f"The library is now at its new place ({moved['place']}; files in {moved['files_place']}): name it with "
            "PAGEWITNESS_STORE_URL, PAGEWITNESS_FILES_URL or --home. Compare both with --verify."
        )


def _print_compared(moved: Any) -> None:
    files = f" Of users' files, {moved['files']} were compared." if moved["files"] else ""
    click.echo(f"{counted(moved['documents'], 'document')}: {moved['equal']} equal at {moved['place']}.{files}")
    _print_rest(moved)


def _print_rest(moved: Any) -> None:
    for one in moved["differences"]:
        click.echo(f"  {one['name']} ({one['document'][:12]}): {one['what']}")
    if moved["only_there"]:
        click.echo(f"Only at the other place: {counted(moved['only_there'], 'document')}.")
