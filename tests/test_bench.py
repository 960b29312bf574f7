"""What the benchmark looks at is there to be looked at."""

import pytest

from tests.bench import CLICKED_VIEWS, YEARS
from tests.infrastructure.pages import FILTERED_PAGES, open_page


@pytest.mark.parametrize("page", FILTERED_PAGES)
def test_a_click_on_a_year_leads_from_a_chart_to_a_chart(
    monkeypatch: pytest.MonkeyPatch, demonstration_url: str, page: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    view = {"view": CLICKED_VIEWS[page]} if page in CLICKED_VIEWS else {}
    for year in YEARS:
        assert open_page(page, year=year, **view).get("plotly_chart"), year
