"""`python -m data_access load` and `templates`: the plan as a table, a question, the load."""

import argparse
import getpass
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data_access.language import format_euros, format_integer, texts
from data_access.loading.kinds import KINDS
from data_access.loading.mapping import configured_mapping
from data_access.loading.months import runs
from data_access.loading.plan import Change, Plan, plan
from data_access.loading.rejected import MOST_ROWS
from data_access.loading.templates import write_templates

NOT_EVERYTHING = 1  # exit code: something was rejected, not read or not confirmed


def add_commands(commands, common: argparse.ArgumentParser) -> None:
    """Adds the subcommands to those of the program."""
    words = texts("lv")
    load = commands.add_parser("load", parents=[common], help=words("command.load"))
    load.add_argument("files", nargs="+", type=Path, metavar="file", help=words("command.files"))
    load.add_argument("--dry-run", action="store_true", help=words("command.dry_run"))
    load.add_argument("--mapping", type=Path, metavar="FILE", help=words("command.mapping"))
    load.add_argument("--rejected", type=Path, metavar="FILE", help=words("command.rejected"))
    load.add_argument("--yes", action="store_true", help=words("command.yes"))
    load.add_argument("--who", default=None, metavar="NAME", help=words("command.who"))
    load.set_defaults(run=run_load)

    templates = commands.add_parser("templates", parents=[common], help=words("command.templates"))
    templates.add_argument("folder", type=Path, help=words("command.folder"))
    templates.set_defaults(run=run_templates)


def run_load(options: argparse.Namespace) -> int:
    """0: everything was loaded, or had been; 1: something was rejected, not read or not confirmed."""
    language = options.language
    t = texts(language)
    console = Console(highlight=False)
    with _progress() as bar:
        task = bar.add_task("", total=1.0)

        def tell(done: float, step: str) -> None:
            bar.update(task, completed=done, description=t(f"loading.steps.{step}"))

        mapping = options.mapping or configured_mapping()
        planned = plan(options.files, url=options.database, mapping=mapping, progress=tell)
    show(planned, console, language)
    if planned.rows_rejected and not options.rejected:
        console.print(t("loading.plan.rejected_hint"))
    if planned.all_rejected:
        console.print(t("loading.plan.all_rejected"))
    code = NOT_EVERYTHING if planned.rows_rejected or planned.unread else 0
    if planned.empty or options.dry_run:
        _save_rejected(planned, options, console)
        console.print(t("loading.plan.nothing" if planned.empty else "loading.plan.dry_run"))
        return code
    if not options.yes and not _confirmed(console, language):
        return NOT_EVERYTHING
    with _progress() as bar:
        task = bar.add_task("", total=1.0)
        result = planned.apply(
            options.who or _account(),
            lambda done, step: bar.update(task, completed=done, description=t(f"loading.steps.{step}")),
        )
    _save_rejected(planned, options, console, result.load_id)
    loaded = "loading.plan.remembered" if planned.all_rejected else "loading.plan.loaded"
    console.print(t(loaded, number=str(result.load_id)))
    return code


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True))


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an account for its number
        return ""


def _confirmed(console: Console, language: str) -> bool:
    t = texts(language)
    if not sys.stdin.isatty():
        console.print(t("loading.plan.needs_confirmation"))
        return False
    try:
        said = console.input(t("loading.plan.confirm"))
    except (EOFError, KeyboardInterrupt):
        said = ""
    if said.strip().casefold() in (t("loading.plan.yes"), t("loading.plan.yes")[0]):
        return True
    console.print(t("loading.plan.stopped"))
    return False


def _save_rejected(planned: Plan, options: argparse.Namespace, console: Console, load_id: int | None = None) -> None:
    if options.rejected and planned.rows_rejected:
        planned.write_rejected(options.rejected, options.language, load_id)
        t = texts(options.language)
        console.print(t("loading.plan.rejected_list", path=str(options.rejected)), markup=False)
        if planned.rows_rejected > MOST_ROWS:
            console.print(t("loading.plan.rejected_cut", most=MOST_ROWS))


def show(planned: Plan, console: Console, language: str) -> None:
    """Prints the plan: files, what they replace, warnings."""
    t = texts(language)
    for name in planned.already_loaded:
        console.print(t("loading.plan.already_loaded", name=name), markup=False)
    for name, error in planned.unread:
        console.print(t("loading.plan.unread", name=name, reason=error.text(language)), markup=False)
    for name, note in planned.notes:
        console.print(f"{name}: {note.text(language)}", markup=False)
    if planned.parts:
        names = ("file", "sheet", "kind", "read", "accepted", "rejected", "dropped")
        table = _table(t(f"loading.plan.{name}") for name in names)
        for part in planned.parts:
            counts = (part.read, part.accepted, part.rejected, part.dropped)
            table.add_row(
                _plain(part.file),
                _plain(part.sheet),
                kind_name(part.kind, language),
                *(format_integer(n, language) for n in counts),
            )
        console.print(table)
    if planned.changes:
        names = ("kind", "replaced", "rows_before", "rows_after", "cents_before", "cents_after")
        table = _table(t(f"loading.plan.{name}") for name in names)
        for change in planned.changes:
            counts = [format_integer(n, language) for n in (change.rows_before, change.rows_after)]
            sums = ["" if n is None else format_euros(n, language) for n in (change.cents_before, change.cents_after)]
            table.add_row(kind_name(change.kind, language), replaced(change, language), *counts, *sums)
        console.print(table)
    if planned.warnings:
        console.print(t("loading.plan.warnings"))
        for warning in planned.warnings:
            console.print(f"  {kind_name(warning.kind, language)}: {warning.text(language)}", markup=False)


def _table(headings: Iterable[str]) -> Table:
    """On a narrow screen nothing is cut off."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def replaced(change: Change, language: str) -> str:
    """Months that follow each other as first–last."""
    if not change.replaced or change.kind == "units":
        return ", ".join(change.replaced)
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in runs(change.replaced))


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def kind_name(kind: str, language: str) -> str:
    return KINDS[kind].title_en if language == "en" else KINDS[kind].title


def run_templates(options: argparse.Namespace) -> int:
    for path in write_templates(options.folder, options.language):
        print(path)
    return 0
