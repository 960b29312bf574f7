"""Gada pārskats: the statistical part of a year's report as files, the published one beside it, and its own checks."""

from pages.parts import annual_report, filters, views
from pages.parts.frame import page

with page("report") as here:
    chosen = filters.choose(here, parts=False)
    views.tell(chosen, annual_report.offer, annual_report.tell_published, annual_report.tell_checks)
