"""Documents inside pictures: they come out as they went in, the picture stays a picture, and nothing blows up."""

from __future__ import annotations

import base64
import contextlib
import struct
import time
import xml.etree.ElementTree as ElementTree
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvstudio.errors import FileError
from hvstudio.files import packed_text
from hvstudio.files.embedded import embed_in_pdf, embed_in_png, embed_in_svg, extract, kind_of_export
from hvstudio.files.native import from_text, to_text
from hvstudio.model.document import Document

TEXT = '{"title": "Größe 虚 <&>\'\\" ]]> \\u0000 \x7f", "blocks": []}'


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its length and CRC."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\x80"))
END = chunk(b"IEND", b"")
PNG = SIGNATURE + HEADER + PIXELS + END
SVG = (
    b'<?xml version="1.0"?>\n<!-- <svg> --><svg xmlns="http://www.w3.org/2000/svg" width="1" id="a>b"><g id="g"/></svg>'
)


def small_pdf() -> bytes:
    """One empty page, with a cross-reference table."""
    objects = [
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>\nendobj\n",
    ]
    text = b"%PDF-1.4\n"
    table = b"xref\n0 4\n0000000000 65535 f \n"
    for item in objects:
        table += b"%010d 00000 n \n" % len(text)
        text += item
    return text + table + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(text)


PDF = small_pdf()
CARRIERS = [(embed_in_png, PNG), (embed_in_svg, SVG), (embed_in_pdf, PDF)]
IDS = ["png", "svg", "pdf"]


@pytest.mark.parametrize(("embed", "picture"), CARRIERS, ids=IDS)
def test_what_is_put_in_comes_out(embed, picture) -> None:
    assert extract(picture) is None
    carrying = embed(picture, TEXT)
    assert extract(carrying) == TEXT
    assert kind_of_export(carrying) == kind_of_export(picture)


@pytest.mark.parametrize(("embed", "picture"), CARRIERS, ids=IDS)
def test_a_second_document_takes_the_place_of_the_first(embed, picture) -> None:
    assert extract(embed(embed(picture, "first"), "second")) == "second"


@pytest.mark.parametrize(("embed", "picture"), CARRIERS, ids=IDS)
def test_a_whole_document_survives(embed, picture, document: Document) -> None:
    found = extract(embed(picture, to_text(document)))
    assert found is not None
    assert from_text(found) == document


@pytest.mark.parametrize(("embed", "picture"), CARRIERS, ids=IDS)
@given(text=st.text(max_size=50))
def test_any_text_survives(embed, picture, text: str) -> None:
    assert extract(embed(picture, text)) == text


@pytest.mark.parametrize(("embed", "picture"), CARRIERS, ids=IDS)
@given(data=st.data())
def test_a_mangled_picture_gives_a_text_nothing_or_a_file_error(embed, picture, data: st.DataObject) -> None:
    carrying = embed(picture, TEXT)
    start = data.draw(st.integers(0, len(carrying)))
    mangled = carrying[:start] + data.draw(st.binary(max_size=3)) + carrying[start + data.draw(st.integers(0, 9)) :]
    try:
        found = extract(mangled)
    except FileError:
        return
    assert found is None or isinstance(found, str)


def test_a_png_keeps_its_chunks_and_gains_one_before_its_end() -> None:
    carrying = embed_in_png(PNG, TEXT)
    content = b"hvstudio-document\0\x01\0\0\0" + zlib.compress(TEXT.encode(), 9)
    assert carrying == SIGNATURE + HEADER + PIXELS + chunk(b"iTXt", content) + END


def test_a_png_whose_document_was_altered_is_refused() -> None:
    carrying = bytearray(embed_in_png(PNG, TEXT))
    carrying[carrying.index(b"hvstudio-document") + 30] ^= 1
    with pytest.raises(FileError, match="damaged"):
        extract(bytes(carrying))


def test_a_png_with_the_document_uncompressed_is_read_as_well() -> None:
    picture = SIGNATURE + HEADER + chunk(b"iTXt", b"hvstudio-document\0\0\0en\0\0" + TEXT.encode()) + PIXELS + END
    assert extract(picture) == TEXT


def test_texts_of_other_programs_in_a_png_are_ignored() -> None:
    picture = SIGNATURE + HEADER + chunk(b"iTXt", b"Comment\0\0\0\0\0hello") + PIXELS + END
    assert extract(picture) is None


def test_a_png_that_was_cut_off_is_refused() -> None:
    with pytest.raises(FileError, match=r"shot\.png: the picture ends too early"):
        extract(PNG[:-5], name="shot.png")


def test_an_svg_stays_well_formed_and_keeps_what_it_shows() -> None:
    root = ElementTree.fromstring(embed_in_svg(SVG, TEXT))
    namespace = "{http://www.w3.org/2000/svg}"
    assert [child.tag for child in root] == [f"{namespace}metadata", f"{namespace}g"]
    assert root.attrib == {"width": "1", "id": "a>b"}


def test_an_svg_with_a_prefix_or_without_content_can_carry_a_document() -> None:
    carrying = embed_in_svg(b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', TEXT)
    assert ElementTree.fromstring(carrying)[0].tag == "{http://www.w3.org/2000/svg}metadata"
    assert extract(carrying) == TEXT


def test_an_svg_saved_again_by_another_program_still_opens() -> None:
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    again = ElementTree.tostring(ElementTree.fromstring(embed_in_svg(SVG, TEXT)))
    assert again != embed_in_svg(SVG, TEXT)
    assert extract(again) == TEXT


def test_a_pdf_keeps_every_byte_and_its_tables_lead_to_the_attachment() -> None:
    carrying = embed_in_pdf(PDF, TEXT)
    assert carrying.startswith(PDF)
    table = int(carrying.rsplit(b"startxref\n", 1)[1].split()[0])
    entries = carrying[table:].split(b"trailer")[0].split(b"\n")
    assert entries[:3] == [b"xref", b"0 1", b"0000000000 65535 f "]
    assert [entries[row].split()[0] for row in (3, 5, 7)] == [b"1", b"4", b"5"]
    for row in (3, 5, 7):
        offset = int(entries[row + 1].split()[0])
        assert carrying[offset:].startswith(entries[row].split()[0] + b" 0 obj\n")
        assert len(entries[row + 1]) == 19  # 20 with the line end, as the format demands
    trailer = carrying[table:].split(b"trailer")[1]
    assert b"/Size 6 /Root 1 0 R /Prev %d" % PDF.index(b"xref") in trailer
    assert b"/Names [(document.hvs) 5 0 R]" in carrying


def test_a_pdf_that_has_names_of_its_own_keeps_them() -> None:
    pdf = PDF.replace(b"/Pages 2 0 R >>", b"/Pages 2 0 R /Names << /Dests 2 0 R >> >>", 1)
    carrying = embed_in_pdf(pdf, TEXT)
    assert extract(carrying) == TEXT
    assert b"/Names [(document.hvs)" not in carrying


def test_a_pdf_whose_names_are_an_object_of_their_own_gets_the_attachment_there() -> None:
    pdf = PDF.replace(b"/Pages 2 0 R >>", b"/Pages 2 0 R /Names 3 0 R >>", 1)  # object 3 will do for this
    carrying = embed_in_pdf(embed_in_pdf(pdf, "first"), TEXT)
    assert extract(carrying) == TEXT
    names = carrying.rsplit(b"\n3 0 obj\n", 1)[1].split(b"endobj")[0]
    assert names.count(b"/EmbeddedFiles << /Names [(document.hvs)") == 1


@pytest.mark.parametrize(
    "picture",
    [b"", b"GIF89a", b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n", b"<html/>", PDF.replace(b"/Root", b"/Toor")],
)
@pytest.mark.parametrize("embed", [embed_in_png, embed_in_svg, embed_in_pdf], ids=IDS)
def test_what_cannot_carry_a_document_is_refused(embed, picture: bytes) -> None:
    with pytest.raises(FileError):
        embed(picture, TEXT)


def bombs() -> dict[str, bytes]:
    """Pictures whose document would unpack to 2 MB from 2 kB."""
    packed = zlib.compress(b" " * 2_000_000, 9)
    content = b"hvstudio-document\0\x01\0\0\0" + packed
    encoded = base64.b64encode(packed)
    return {
        "png": SIGNATURE + HEADER + chunk(b"iTXt", content) + END,
        "svg": b"<svg><metadata><embedded-document>" + encoded + b"</embedded-document></metadata></svg>",
        "pdf": b"%PDF-1.4\n1 0 obj << /HVStudioDocument 1 >>\nstream\n" + packed + b"\nendstream",
    }


@pytest.mark.parametrize("kind", IDS)
def test_a_bomb_is_refused_before_it_goes_off(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_text, "LARGEST_FILE_BYTES", 1_000_000)
    with pytest.raises(FileError, match="larger than"):
        extract(bombs()[kind], name="bomb")


@pytest.mark.parametrize(
    "picture",
    [
        b"<svg><embedded-document>A</embedded-document></svg>",
        b"<svg><embedded-document>AAAA</embedded-document></svg>",
        b"<svg><embedded-document>" + base64.b64encode(zlib.compress(b"\xff\xfe")) + b"</embedded-document></svg>",
        b"<svg><embedded-document>" + base64.b64encode(zlib.compress(b"abc")[:-2]) + b"</embedded-document></svg>",
        b"%PDF-1.4 /HVStudioDocument 1 >> stream\nAAAA",
        b"%PDF-1.4 /HVStudioDocument 1 and then nothing",
        SIGNATURE + HEADER + chunk(b"iTXt", b"hvstudio-document\0\x01") + END,
        SIGNATURE + HEADER + chunk(b"iTXt", b"hvstudio-document\0\0\0\0\0\xff") + END,
    ],
)
def test_a_damaged_document_is_refused(picture: bytes) -> None:
    with pytest.raises(FileError, match="damaged"):
        extract(picture)


HOSTILE = {
    "comments": b"<!-- -->" * 8000 + b"<html/>",
    "comments without end": b"<!--" * 16_000,
    "declarations": b"<?xml ?>" * 8000,
    "svg marks": b"<svg>" + b"<embedded-document" * 200_000,
    "svg prefixes": b"<svg>" + b"<" + b"a." * 2_000_000,
    "svg base64": b"<svg>" + b"<embedded-document>AAAA" * 200_000,
    "pdf marks": b"%PDF-1.4 " + b"/HVStudioDocument " * 300_000,
    "png chunks": SIGNATURE + chunk(b"abCd", b"") * 1_200_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_made_to_waste_time_is_answered_soon(kind: str) -> None:
    start = time.thread_time()
    with contextlib.suppress(FileError):
        assert extract(HOSTILE[kind]) is None
    assert time.thread_time() - start < 5.0  # of this thread's own; all of them take under 0.5 s


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (PNG, "PNG picture"),
        (SVG, "SVG picture"),
        (b"\xef\xbb\xbf<svg/>", "SVG picture"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [ <!ENTITY a "b"> ]>\n<svg>', "SVG picture"),
        (PDF, "PDF file"),
        (b"\0\0junk before %PDF-1.4", "PDF file"),
        (b'{"title": "%PDF-1.4 <svg>"}', None),
        (b'  {"title": "%PDF-"}', None),
        (b"<html><svg/></html>", None),
        (b"", None),
    ],
)
def test_pictures_are_known_by_their_beginning(start: bytes, kind: str | None) -> None:
    assert kind_of_export(start) == kind
