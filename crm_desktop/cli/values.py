"""How the values of a command line are read, so that a wrong one is answered in words."""

from __future__ import annotations

import argparse
import datetime as dt

from crm_desktop.words import _


def count(text: str) -> int:
    """A number of things, from 0 on."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(_("“{text}” is no whole number from 0 on").format(text=text))
    return int(text)


def day(text: str) -> dt.date:
    """What a person typed as a day, for an option of a command."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("“{text}” is no day such as 2026-03-31").format(text=text)) from None
