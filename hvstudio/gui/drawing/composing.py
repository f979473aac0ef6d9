"""A document made into a picture without a window: for exports, the clipboard and previews."""

from __future__ import annotations

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Report
from hvstudio.editor.forms import forms_of
from hvstudio.gui.drawing.diagram import Picture
from hvstudio.gui.drawing.face import Faces, Marks, marks_of
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.drawing.painting import Strokes
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import Document
from hvstudio.model.index import index_of
from hvstudio.model.stacking import lay_out


def compose(
    document: Document,
    catalog: Catalog,
    *,
    theme: Theme,
    report: Report | None = None,
    with_badges: bool = True,
    vector: bool = False,
) -> Picture:
    """The picture of a document: laid out, with the class tags of the report and, if wanted, its badges."""
    lettering = Lettering()
    faces = Faces(catalog, lettering)
    index = index_of(document)
    marks = marks_of(report)
    return Picture(
        document=document,
        index=index,
        layout=lay_out(document, index, forms=forms_of(catalog), measure=faces.measure),
        faces=faces,
        strokes=Strokes(theme, lettering, vector=vector),
        marks=marks if with_badges else Marks(severities={}, classes=marks.classes),
    )
