"""The statistical part of the annual report of a year, as a document and as a workbook."""

from data_access.report.files import as_docx, as_xlsx
from data_access.report.making import make_report
from data_access.report.model import Report

__all__ = ["Report", "as_docx", "as_xlsx", "make_report"]
