"""The one door to the catalogue of translations: English source texts in, the person's language out.

The language belongs to the whole process (one window, one person), so it is the one piece of state kept in a module.
"""

from __future__ import annotations

import gettext
import locale
import os
import sys
from functools import lru_cache

from crm_desktop.resources import resource

if sys.platform == "win32":
    import ctypes

LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
"""Every complete language, by code, named in itself."""

_CHINESE = 0x04  # the primary language of Windows' language numbers


class _Current:
    code: str = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


@lru_cache(maxsize=4)
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("crm_desktop", str(resource("translations")), languages=[code], fallback=code == "en")


def use_language(code: str) -> None:
    """Speak `code` from now on. Raises KeyError for a language the program does not have."""
    if code not in LANGUAGES:
        raise KeyError(code)
    _Current.catalogue = _catalogue(code)
    _Current.code = code


def language() -> str:
    """The code of the language in use."""
    return _Current.code


def system_language() -> str:
    """The language of the person's system: Chinese where it is any Chinese, else English."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    if not name and sys.platform == "win32":
        # Of its menus; what getlocale knows is the region, which sets how dates look.
        return "zh_CN" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _CHINESE else "en"
    if not name:
        try:
            name = locale.getlocale()[0]
        except ValueError:  # a name that Python does not know
            name = ""
    return "zh_CN" if (name or "").lower().startswith(("zh", "chinese")) else "en"


def _(text: str) -> str:
    """`text` in the language in use; the empty text stays empty (gettext would answer its own header)."""
    return _Current.catalogue.gettext(text) if text else text


def N_(text: str) -> str:
    """Marks a text in a table for the catalogues; it is translated where it is shown, with `_`."""
    return text


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text that fits `count`."""
    return _Current.catalogue.ngettext(one, many, count)


def translated(text: str, code: str) -> str:
    """`text` in a language of one's choice, for documents in the customer's language."""
    return _catalogue(code).gettext(text) if text else text
