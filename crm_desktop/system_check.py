"""Says in words what Qt would say with an abort: a system library is missing, or there is no display.

Qt's wheel brings everything but a few libraries that belong to the system (OpenGL, fonts, keyboard, X11). Without one
of them the import fails with a puzzle or the whole process is aborted. Windows needs nothing, so all this is for Linux.
This file knows no Qt: it has to run, and speak, before Qt can.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from crm_desktop.words import _

DEBIAN_PACKAGES = {
    "libGL.so": "libgl1",
    "libGLX.so": "libgl1",
    "libOpenGL.so": "libopengl0",
    "libEGL.so": "libegl1",
    "libX11.so": "libx11-6",
    "libX11-xcb.so": "libx11-xcb1",
    "libxkbcommon.so": "libxkbcommon0",
    "libxkbcommon-x11.so": "libxkbcommon-x11-0",
    "libfontconfig.so": "libfontconfig1",
    "libfreetype.so": "libfreetype6",
    "libdbus-1.so": "libdbus-1-3",
    "libglib-2.0.so": "libglib2.0-0",
    "libgthread-2.0.so": "libglib2.0-0",
    "libgssapi_krb5.so": "libgssapi-krb5-2",
    "libbrotlidec.so": "libbrotli1",
    "libzstd.so": "libzstd1",
    "libxcb.so": "libxcb1",
    "libxcb-cursor.so": "libxcb-cursor0",
    "libxcb-icccm.so": "libxcb-icccm4",
    "libxcb-image.so": "libxcb-image0",
    "libxcb-keysyms.so": "libxcb-keysyms1",
    "libxcb-randr.so": "libxcb-randr0",
    "libxcb-render.so": "libxcb-render0",
    "libxcb-render-util.so": "libxcb-render-util0",
    "libxcb-shape.so": "libxcb-shape0",
    "libxcb-shm.so": "libxcb-shm0",
    "libxcb-sync.so": "libxcb-sync1",
    "libxcb-xfixes.so": "libxcb-xfixes0",
    "libxcb-xkb.so": "libxcb-xkb1",
    "libwayland-client.so": "libwayland-client0",
    "libwayland-cursor.so": "libwayland-cursor0",
    "libwayland-egl.so": "libwayland-egl1",
}
"""Which Debian and Ubuntu package holds a library, by its name up to `.so`."""

USED_PARTS = ("Network", "PrintSupport", "Svg", "Widgets")
"""The parts of Qt that the screens import; each brings needs of its own."""


def display_platform() -> str:
    """The Qt platform this process would use: `offscreen`, `wayland`, `xcb`, or the empty text without any display."""
    if chosen := os.environ.get("QT_QPA_PLATFORM"):
        return chosen.split(";")[0].split(":")[0]
    if os.environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "xcb" if os.environ.get("DISPLAY") else ""


def complaint(platform: str) -> str:
    """Why Qt cannot open a window on `platform`, with what to do, as text for a person; empty when it can."""
    if sys.platform != "linux":
        return ""
    if not platform:
        return _(
            "There is no display to open a window on. To see the program in pictures instead, run:\n"
            "    crm-desktop tour --output DIR"
        )
    if platform == "wayland" and missing_libraries(platform) and os.environ.get("DISPLAY"):
        platform = "xcb"  # as Qt itself does
    if missing := missing_libraries(platform):
        return _missing_text(missing)
    if reason := _load_error(_qt_files(platform)):
        return _("The window cannot be opened on this system: {reason}").format(reason=reason)
    if platform == "xcb" and not _display_answers():
        return _("The display {name} does not answer, so no window can be opened on it.").format(
            name=os.environ.get("DISPLAY", "")
        )
    return ""


def missing_libraries(platform: str) -> tuple[str, ...]:
    """File names of the system libraries that Qt needs for `platform` and does not find, sorted."""
    files = _qt_files(platform)
    return tuple(sorted(_unresolved(files))) if _load_error(files) else ()


def install_line(libraries: tuple[str, ...]) -> str:
    """The one command that installs `libraries` on Debian and Ubuntu; empty where none of them is known."""
    packages = sorted({DEBIAN_PACKAGES[stem] for name in libraries if (stem := _stem(name)) in DEBIAN_PACKAGES})
    return f"sudo apt-get install {' '.join(packages)}" if packages else ""


def _missing_text(libraries: tuple[str, ...]) -> str:
    lines = [
        _("The window cannot be opened, because your system lacks these libraries:"),
        "    " + ", ".join(libraries),
    ]
    command = install_line(libraries)
    if command and shutil.which("apt-get"):
        lines += [_("This line installs them:"), "    " + command]
    else:
        lines += [_("Please install the packages of your system that contain them.")]
    return "\n".join(lines)


def _stem(library: str) -> str:
    return library.partition(".so")[0] + ".so"


def _qt_files(platform: str) -> list[Path]:
    """The files of the installed Qt wheel that a window on `platform` loads; none where Qt is laid out otherwise."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return []
    qt = Path(spec.submodule_search_locations[0]) / "Qt"
    files = [qt / "lib" / f"libQt6{part}.so.6" for part in USED_PARTS]
    files.append(qt / "plugins" / "platforms" / f"libq{platform}.so")
    return [file for file in files if file.exists()]


def _load_error(files: list[Path]) -> str:
    """What the loader says against the first file it refuses; empty when all load.

    Qt is about to load the same files, so success costs next to nothing.
    """
    for file in files:
        try:
            ctypes.CDLL(str(file))
        except OSError as error:
            return str(error)
    return ""


def _unresolved(files: list[Path]) -> set[str]:
    """Every library the loader misses for `files`, not only the first: the loader lists them when asked by `ldd`."""
    if not shutil.which("ldd"):
        return {_load_error(files).partition(":")[0]}
    listing = subprocess.run(
        ["ldd", *map(str, files)], capture_output=True, text=True, errors="replace", check=False
    ).stdout
    return {line.split()[0] for line in listing.splitlines() if line.endswith("=> not found")}


def _display_answers() -> bool:
    """Whether the X server that DISPLAY names lets us in; Qt aborts the process when it does not."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    broken = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not broken
