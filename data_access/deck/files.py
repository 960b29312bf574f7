"""A made deck as a file. What writes it is read here only then: a fifth of a second that most processes do not need."""

from pathlib import Path

from data_access.deck.model import MadeDeck


def as_pptx(deck: MadeDeck, template: Path | None = None) -> bytes:
    """The presentation for PowerPoint; raises as `powerpoint.as_pptx`."""
    from data_access.deck import powerpoint

    return powerpoint.as_pptx(deck, template)


def as_pdf(deck: MadeDeck) -> bytes:
    """The pages of `pdf.as_pdf`."""
    from data_access.deck import pdf

    return pdf.as_pdf(deck)


def require_template(path: Path) -> None:
    """Raises as `template.read_template` for a template that cannot be used."""
    from data_access.deck.template import read_template

    read_template(path)
