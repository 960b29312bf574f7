"""Command line of the case database: `python -m data_access --help` names its commands."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data_access import (
    DataAccessError,
    Question,
    check,
    dimension,
    dimensions,
    dimensions_of,
    export,
    measure,
    measures,
    open_database,
    parse_filters,
)
from data_access.audit.command import add_audit
from data_access.copying import copy_database
from data_access.database import address, writing_role_allowed
from data_access.deck.command import add_deck
from data_access.demo import build
from data_access.language import LANGUAGES, format_euros, format_integer, format_value, texts
from data_access.loader import ENVIRONMENT as LOADING
from data_access.loading.applying import undo
from data_access.loading.command import add_commands
from data_access.migrations import migrate
from data_access.report.command import add_report
from data_access.roles import roles_sql

PROGRAM = "python -m data_access"
FORMATS = ("table", "csv", "json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 a figure differs or no database, 2 a wrong word."""
    options = _parser().parse_args(arguments)
    try:
        # Commands load and migrate; only the dashboard must not be able to write.
        with writing_role_allowed():
            return options.run(options)
    except DataAccessError as error:
        print(error.text(options.language), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe (head) has what it wanted.
        sys.stdout = None
        return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(2, texts("lv")("command.not_understood", message=message, help=f"{PROGRAM} --help") + "\n")


def _parser() -> argparse.ArgumentParser:
    words = texts("lv")
    parser = _Parser(prog=PROGRAM, description=words("command.description"))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--database", metavar="URL", help=words("command.database", elsewhere="DATABASE_URL, data/case.duckdb")
    )
    common.add_argument("--language", choices=LANGUAGES, default="lv", help=words("command.language"))
    commands = parser.add_subparsers(
        required=True, metavar="demo|query|check|report|deck|migrate|copy|roles|load|templates|undo|audit"
    )

    demo_parser = commands.add_parser("demo", parents=[common], help=words("command.demo"))
    demo_parser.add_argument("--scale", type=int, default=1, metavar="N", help=words("command.scale"))
    demo_parser.add_argument("--seed", type=int, default=2023, metavar="N", help=words("command.seed"))
    demo_parser.set_defaults(run=_demo)

    query = commands.add_parser("query", parents=[common], help=words("command.query"))
    query.add_argument(
        "measures", nargs="*", metavar="measure", help=words("command.measures", example="spend households_assisted")
    )
    query.add_argument("--by", nargs="+", default=[], metavar="dimension", help=words("command.by"))
    query.add_argument("--where", nargs="+", default=[], metavar="dimension=value", help=words("command.where"))
    query.add_argument("--period", default=None, help=words("command.period"))
    query.add_argument("--audience", default="internal", help=words("command.audience"))
    query.add_argument("--format", choices=FORMATS, default="table", help=words("command.format"))
    query.add_argument("--list", action="store_true", help=words("command.list"))
    query.set_defaults(run=_query)

    check_parser = commands.add_parser("check", parents=[common], help=words("command.check"))
    check_parser.add_argument("--verbose", action="store_true", help=words("command.verbose"))
    check_parser.set_defaults(run=_check)

    migrate_parser = commands.add_parser("migrate", parents=[common], help=words("command.migrate"))
    migrate_parser.set_defaults(run=_migrate)

    copy = commands.add_parser("copy", parents=[common], help=words("command.copy"))
    copy.add_argument(
        "--from",
        dest="source",
        metavar="URL",
        help=words("command.copy_from", elsewhere="DATABASE_URL, data/case.duckdb"),
    )
    copy.add_argument("--to", dest="target", metavar="URL", help=words("command.copy_to", elsewhere=LOADING))
    copy.set_defaults(run=_copy)

    roles = commands.add_parser("roles", parents=[common], help=words("command.roles"))
    roles.set_defaults(run=_roles)

    undo_parser = commands.add_parser("undo", parents=[common], help=words("command.undo"))
    undo_parser.add_argument("--load", type=int, default=None, metavar="N", help=words("command.undo_load"))
    undo_parser.set_defaults(run=_undo)
    add_commands(commands, common)
    add_report(commands, common)
    add_deck(commands, common)
    add_audit(commands, common)
    return parser


def _demo(options: argparse.Namespace) -> int:
    t = texts(options.language)
    with _progress() as bar:
        task = bar.add_task("", total=1.0)
        build(
            options.database,
            seed=options.seed,
            scale=options.scale,
            progress=lambda done, step: bar.update(task, completed=done, description=t(f"demo.{step}")),
        )
    print(t("command.demo_done"))
    return 0


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True))


def _query(options: argparse.Namespace) -> int:
    if options.list:
        _print_vocabulary(options.language)
        return 0
    database = open_database(options.database)
    period = options.period or str(database.as_of.data_until.year)
    question = Question.of(
        options.measures,
        period,
        by=options.by,
        where=parse_filters(options.where),
        audience=options.audience,
    )
    answer = database.ask(question)
    if options.format == "json":
        print(json.dumps(export.as_json(answer, options.language), ensure_ascii=False, indent=2))
    elif options.format == "csv":
        sys.stdout.write(export.as_csv(answer, database.vocabulary, options.language))
    else:
        _print_answer(answer, database.vocabulary, options.language)
    return 0


def _print_answer(answer, vocabulary, language: str) -> None:
    t = texts(language)
    table = Table()
    for name in answer.question.by:
        table.add_column(dimension(name).name(language))
    for code in answer.question.measures:
        table.add_column(measure(code).name(language), justify="right", no_wrap=True)
    for row, hidden in zip(export.records(answer), export.withheld(answer), strict=True):
        labels = [vocabulary.label(name, row[name], language) for name in answer.question.by]
        figures = []
        for code in answer.question.measures:
            if row[code] is None:
                figures.append(t("words.withheld" if code in hidden else "words.not_published"))
            else:
                figures.append(format_value(row[code], measure(code).unit, language))
        table.add_row(*labels, *figures)
    console = Console(highlight=False)
    console.print(table)
    for sentence in export.sentences(answer, language):
        console.print(sentence)
    console.print(t("notes.as_of", until=answer.as_of.data_until, loaded=answer.as_of.loaded_at))


def _print_vocabulary(language: str) -> None:
    console = Console()
    for asked in measures().values():
        console.print(
            f"[bold]{asked.code}[/bold]  {asked.name(language)}. {asked.definition(language)}", highlight=False
        )
        console.print(f"    --by {' '.join(dimensions_of(asked.code))}", highlight=False)
    console.print()
    for asked in dimensions().values():
        console.print(
            f"[bold]{asked.code}[/bold]  {asked.name(language)}. {asked.definition(language)}", highlight=False
        )


def _check(options: argparse.Namespace) -> int:
    results = check.check(open_database(options.database))
    console = Console()
    for header, rows in check.as_tables(results, options.language, verbose=options.verbose):
        table = Table(*header)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    return 1 if any(result.outcome == "different" for result in results) else 0


def _migrate(options: argparse.Namespace) -> int:
    t = texts(options.language)
    found = migrate(address(options.database))
    if found.before == 0:
        print(t("command.migrate_made", version=found.after))
    elif found.before == found.after:
        print(t("command.migrate_same", version=found.after))
    else:
        print(t("command.migrate_done", before=found.before, version=found.after))
    return 0


def _copy(options: argparse.Namespace) -> int:
    t = texts(options.language)
    target = options.target or os.environ.get(LOADING)
    if not target:
        print(t("command.copy_nowhere", elsewhere=LOADING), file=sys.stderr)
        return 2
    with _progress() as bar:
        task = bar.add_task(t("command.copying"), total=1.0)
        copied = copy_database(
            address(options.source or options.database), address(target), lambda done: bar.update(task, completed=done)
        )
    table = Table(*(t(f"command.copied_{name}") for name in ("table", "rows", "sum")))
    for one in copied:
        euros = "" if one.cents is None else format_euros(one.cents, options.language)
        table.add_row(one.name, format_integer(one.rows, options.language), euros)
    console = Console(highlight=False)
    console.print(table)
    console.print(t("command.copied"))
    return 0


def _roles(options: argparse.Namespace) -> int:
    place = address(options.database)
    if place.get_backend_name() != "postgresql":
        print(texts(options.language)("command.roles_only_postgresql"), file=sys.stderr)
        return 2
    print(roles_sql(place), end="")
    return 0


def _undo(options: argparse.Namespace) -> int:
    undone = undo(options.database, options.load, who=getpass.getuser())
    print(texts(options.language)("command.undone", load=undone.load_id))
    return 0


if __name__ == "__main__":
    sys.exit(main())
