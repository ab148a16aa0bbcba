"""Makes the pictures of the manual: the tour's window, in both languages, small enough to travel with the program.

    python dev/pictures.py            the pictures of the tour, into docs/pictures
    python dev/pictures.py FOLDER     those that journeys left in that folder (pytest tests/journeys -m "", see tests/hands.py)
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from crm_desktop.words import use_language  # noqa: E402
from ui.tour import Tour  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
_WIDTH, _COLOURS = 820, 64
OF_JOURNEYS = {
    "print": "first-printed-order", "found-by-name": "monday-of-a-salesperson", "quote-typed": "monday-of-a-salesperson",
    "statement": "month-end-of-finance",
}  # fmt: skip
"""Picture of the manual → the journey that makes it."""


class Walk(Tour):
    """The first steps of the tour, and the screens that the manual shows."""

    def show(self) -> None:
        self._first_start()
        self._company()
        self.window.resize(1180, 700)
        self.window.open_screen("today")
        self.picture("today")
        self.window.open_record("customers", 1)
        self.picture("customer")
        self.window.open_screen("board")
        self.picture("board")
        self.window.open_screen("settings")
        self.picture("settings")


def shrink(source: Path, target: Path) -> None:
    """A picture as wide as a page, with as few colours as it needs."""
    image = QImage(str(source)).scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    from PIL import Image

    bits = Image.frombuffer("RGB", (image.width(), image.height()), bytes(image.constBits()), "raw", "RGB", image.bytesPerLine(), 1)
    bits.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target.name, target.stat().st_size)


def of_journeys(folder: Path) -> None:
    """Take over what the journeys keep for the manual."""
    for name, journey in OF_JOURNEYS.items():
        for language in ("en", "zh_CN"):
            (source,) = (folder / f"{journey}-{language}").glob(f"[0-9]*-{name}.png")
            shrink(source, PICTURES / f"{name}{'' if language == 'en' else '-zh_CN'}.png")


def main() -> None:
    if sys.argv[1:]:
        of_journeys(Path(sys.argv[1]))
        return
    qt = QApplication(sys.argv[:1])
    for language in ("en", "zh_CN"):
        use_language(language)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            walk = Walk(qt, Path(folder), Path(folder) / "data", language, "light")
            try:
                walk.show()
            finally:
                walk.end()
            for source in sorted(Path(folder).glob("*.png")):
                name = source.stem.split("-", 1)[1]
                if name != "welcome":
                    shrink(source, PICTURES / f"{name}{'' if language == 'en' else '-zh_CN'}.png")


if __name__ == "__main__":
    main()
