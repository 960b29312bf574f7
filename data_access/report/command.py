"""`python -m data_access report`: the annual report as a file, without a browser."""

import argparse
from pathlib import Path

from data_access.database import open_database
from data_access.errors import BadEnding, FileNotWritten
from data_access.language import texts
from data_access.question import COUNCIL
from data_access.report.files import as_docx, as_xlsx, require_template
from data_access.report.making import make_report


def add_report(commands, common: argparse.ArgumentParser) -> None:
    """Adds the subcommand to those of the program."""
    words = texts("lv")
    report = commands.add_parser("report", parents=[common], help=words("command.report"))
    report.add_argument("--year", type=int, required=True, metavar="N", help=words("command.year"))
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help=words("command.out"))
    report.add_argument("--audience", default=COUNCIL, help=words("command.report_audience"))
    report.add_argument("--template", type=Path, default=None, metavar="FILE", help=words("command.template"))
    report.set_defaults(run=run_report)


def run_report(options: argparse.Namespace) -> int:
    """0: the file is there. Raises BadEnding, FileNotWritten, and what making the report raises."""
    makers = {".docx": lambda report: as_docx(report, options.template), ".xlsx": as_xlsx}
    make = makers.get(options.out.suffix.lower())
    if make is None:
        raise BadEnding(name=options.out.name, endings=", ".join(makers))
    if options.template:
        require_template(options.template)  # before the work, not after it
    if not options.out.absolute().parent.is_dir():
        raise FileNotWritten(name=str(options.out))
    content = make(make_report(open_database(options.database), options.year, options.audience))
    try:
        options.out.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(name=str(options.out)) from error
    print(texts(options.language)("command.report_done", path=options.out))
    return 0
