"""Everything that a page sends to the browser: what is written, drawn, kept in a table or a small chart, and the files.

`texts` are all words and figures as they are read; `numbers` those that are drawn or kept beside what is read.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pyarrow
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from pages.parts import exports, section
from tests.infrastructure.wire import Told

# Of a chart what is drawn of figures; other numbers are sizes and places.
DRAWN = ("x", "z", "y")
# Of any message what is another each time.
MADE_UP = ("id", "deferredFileId")


@dataclass
class Sent:
    texts: list[str] = field(default_factory=list)
    numbers: set[float] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(self.texts).replace("\u00a0", " ").replace("\\", "")

    def take(self, value: Any) -> None:
        """Everything within a value that is a text or a number."""
        if isinstance(value, str):
            self.texts.append(value)
        elif isinstance(value, bool) or value is None:
            return
        elif isinstance(value, int | float):
            self.numbers.add(round(float(value), 4))
        elif isinstance(value, dict):
            for part in value.values():
                self.take(part)
        elif isinstance(value, list | tuple):
            for part in value:
                self.take(part)


def collect(app: AppTest, sheets: list[exports.Sheet]) -> Sent:
    """What a page has sent, and the files that it offers, made of their `sheets`."""
    sent = Sent()
    for element in _elements(app):
        if getattr(element, "proto", None) is not None:
            _take_element(sent, element.type, element.proto)
    for sheet in sheets:
        sent.texts.append(exports.as_csv(sheet).decode("utf-8"))
        book = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(sheet)))
        sent.take([list(row) for page in book.worksheets for row in page.iter_rows(values_only=True)])
    return sent


def collect_told(told: Told) -> Sent:
    """What one run has told a visitor without a browser; of files only that they are offered."""
    sent = Sent()
    for element in told.elements:
        kind = element.WhichOneof("type")
        _take_element(sent, kind, getattr(element, kind))
    return sent


def _take_element(sent: Sent, kind: str, proto: Any) -> None:
    match kind:
        case "plotly_chart":
            sent.texts.append(proto.alt)
            _take_chart(sent, json.loads(proto.spec))
        case "table":
            sent.texts.append(proto.alt)
            data = proto.arrow_data
            for content in (data.data, data.styler.display_values):
                sent.take(pyarrow.ipc.open_stream(content).read_pandas().astype("object").values.tolist())
                sent.take(list(pyarrow.ipc.open_stream(content).read_pandas().columns))
        case "metric":
            sent.take([proto.body, proto.delta, proto.label])
            sent.take([value for value in proto.chart_data if value == value])
        case _:
            _take_words(sent, MessageToDict(proto))


def _elements(app: AppTest) -> Iterator[Any]:
    def walk(node: Any) -> Iterator[Any]:
        for child in getattr(node, "children", {}).values():
            yield child
            yield from walk(child)

    yield from walk(app._tree)


def _take_chart(sent: Sent, spec: dict) -> None:
    for trace in spec["data"]:
        sent.take([trace.get(name) for name in ("name", "text", "customdata", "hovertemplate")])
        sent.take([trace.get(name) for name in DRAWN])
    layout = spec["layout"]
    sent.take([note.get("text") for note in layout.get("annotations", [])])
    sent.take([[shape.get("x0"), shape.get("x1")] for shape in layout.get("shapes", [])])


def _take_words(sent: Sent, message: Any) -> None:
    """The texts of a message; its numbers are those of its look."""
    if isinstance(message, str):
        sent.texts.append(message)
    elif isinstance(message, dict):
        for name, part in message.items():
            if name not in MADE_UP:
                _take_words(sent, part)
    elif isinstance(message, list):
        for part in message:
            _take_words(sent, part)


def watch_sheets(monkeypatch: pytest.MonkeyPatch) -> list[exports.Sheet]:
    """The tables behind the buttons of the pages that are opened from now on."""
    found: list[exports.Sheet] = []
    offer = section._offer_files

    def watched(view, key, sheet, *more):
        found.append(sheet)
        offer(view, key, sheet, *more)

    monkeypatch.setattr(section, "_offer_files", watched)
    return found
