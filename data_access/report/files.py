"""A report as a file. What writes it is read here only then: a tenth of a second that most processes do not need."""

from pathlib import Path

from data_access.report.model import Report


def as_docx(report: Report, template: Path | None = None) -> bytes:
    """The document; raises as `document.read_template`."""
    from data_access.report import document

    return document.as_docx(report, template)


def as_xlsx(report: Report) -> bytes:
    """The workbook of `workbook.as_xlsx`."""
    from data_access.report import workbook

    return workbook.as_xlsx(report)


def require_template(path: Path) -> None:
    """Raises as `document.read_template` for a template that cannot be used."""
    from data_access.report.document import read_template

    read_template(path)
