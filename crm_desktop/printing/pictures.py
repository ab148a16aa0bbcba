"""Pictures of templates and of fields: decoded once, with a limit on their size, since a small file can hold a huge picture."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Mapping

from PIL import Image

from crm_desktop.words import _

LARGEST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000


class Pictures:
    """The pictures of one template and its data."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        self._stored = stored
        self._decoded: dict[str, bytes] = {}
        self._sizes: dict[bytes, tuple[int, int]] = {}

    def named(self, name: str) -> bytes:
        """The bytes of a picture of the template. Raises ValueError with words."""
        if name not in self._decoded:
            if name not in self._stored:
                raise ValueError(_("there is no picture “{name}”").format(name=name))
            try:
                self._decoded[name] = base64.b64decode(self._stored[name], validate=True)
            except (binascii.Error, ValueError) as fault:
                raise ValueError(_("the picture “{name}” is damaged").format(name=name)) from fault
        return self._decoded[name]

    def size(self, content: bytes) -> tuple[int, int]:
        """Width and height in pixels of a picture that can be printed. Raises ValueError with words."""
        if content not in self._sizes:
            self._sizes[content] = _checked_size(content)
        return self._sizes[content]


def _checked_size(content: bytes) -> tuple[int, int]:
    if len(content) > LARGEST_BYTES:
        raise ValueError(_("the picture is larger than {size} MB").format(size=LARGEST_BYTES >> 20))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "BMP")) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise ValueError(_("the picture has too many pixels"))
                picture.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError(_("the picture cannot be read")) from fault
    return width, height
