"""The statistical part of the annual report of a year, as a document and as a workbook."""

from data_access.report.document import as_docx
from data_access.report.making import make_report
from data_access.report.model import Report
from data_access.report.workbook import as_xlsx

__all__ = ["Report", "as_docx", "as_xlsx", "make_report"]
