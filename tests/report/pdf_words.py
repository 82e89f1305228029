"""What stands on a PDF of ours, read back by another program's reader."""

import re
from io import BytesIO

from pypdf import PdfReader


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def words_of_pdf(pdf: bytes) -> str:
    """All letters in the order in which they were set, without any space."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
