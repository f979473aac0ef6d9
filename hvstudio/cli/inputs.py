"""What commands work on: the document from a file or standard input, the catalogue with the person's own products."""

from __future__ import annotations

import sys

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import load_with_user_file, shipped_catalog
from hvstudio.errors import CatalogError, FileError
from hvstudio.files.store import document_in, load, read_bounded
from hvstudio.model.document import Document
from hvstudio.settings import load_settings


def open_document(path: str) -> Document:
    """The document in a file, or on standard input when the path is `-`. Raises FileError."""
    if path == "-":
        data = read_bounded(sys.stdin.buffer, name="standard input")
        return document_in(data, name="standard input")[0]
    if not path:
        raise FileError("the name of the file is empty.", hint="Name a document, such as stack.hvs.")
    return load(path)


def shown_name(path: str) -> str:
    """How messages call the file."""
    return "standard input" if path == "-" else path


def open_catalog() -> Catalog:
    """The shipped catalogue with the person's own file on top, if the settings name one. Raises CatalogError."""
    own = load_settings().user_catalog
    if not own:
        return shipped_catalog()
    try:
        return load_with_user_file(own)
    except CatalogError as error:
        hint = error.hint or "Correct the file, or clear it in the settings."
        raise CatalogError(
            f"your own catalogue cannot be read ({error.message}).", where=error.where, hint=hint
        ) from error
