"""`python -m data_access deck`: the prepared deck as a file, without a browser."""

import argparse
from pathlib import Path

from data_access.database import open_database
from data_access.deck.files import as_pdf, as_pptx, require_template
from data_access.deck.making import make_deck
from data_access.deck.prepared import prepared_deck
from data_access.errors import BadEnding, FileNotWritten
from data_access.language import texts
from data_access.question import COUNCIL
from data_access.telling.reader import Reader

PPTX = ".pptx"
ENDINGS = (PPTX, ".pdf")


def add_deck(commands, common: argparse.ArgumentParser) -> None:
    """Adds the subcommand to those of the program."""
    words = texts("lv")
    deck = commands.add_parser("deck", parents=[common], help=words("command.deck"))
    endings = ", ".join(f"`{ending}`" for ending in ENDINGS)
    deck.add_argument("--year", type=int, required=True, metavar="N", help=words("command.year"))
    deck.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=words("command.deck_out", endings=endings)
    )
    deck.add_argument("--audience", default=COUNCIL, help=words("command.deck_audience"))
    deck.add_argument("--template", type=Path, default=None, metavar="FILE", help=words("command.deck_template"))
    deck.set_defaults(run=run_deck)


def run_deck(options: argparse.Namespace) -> int:
    """0: the file is there. Raises BadEnding, FileNotWritten, and what making the deck and its file raise."""
    ending, endings = options.out.suffix.lower(), (PPTX,) if options.template else ENDINGS
    if ending not in endings:
        raise BadEnding(name=options.out.name, endings=", ".join(endings))
    if options.template:
        require_template(options.template)  # before the work, not after it
    if not options.out.absolute().parent.is_dir():
        raise FileNotWritten(name=str(options.out))
    database = open_database(options.database)
    reader = Reader(database.vocabulary, options.language)
    made = make_deck(database, reader, prepared_deck(options.year, options.audience))
    content = as_pptx(made, options.template) if ending == PPTX else as_pdf(made)
    try:
        options.out.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(name=str(options.out)) from error
    print(texts(options.language)("command.deck_done", path=options.out))
    return 0
