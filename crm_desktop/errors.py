"""Everything a person may be told went wrong. Any other exception is a mistake of the program.

Each says what happened in the person's language, and `advice` says what is safe and what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from crm_desktop.words import _

if TYPE_CHECKING:
    from crm_desktop.draft import Draft


class Told(Exception):
    """Base of the errors that have words for the person at the screen."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Refused(Told):
    """The person may not do this."""


class NeedsConsent(Refused):
    """The person may not do this alone. fact: what makes it need somebody's consent, see rules.approvals.WHEN."""

    def __init__(self, fact: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.fact = fact


class Doubt(Told):
    """The person may do this, but should know something first.

    `key` tells the doubt from others: with it among those that were told, the call is made again. again: does that, where somebody has
    said how.
    """

    def __init__(self, key: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.key = key
        self.again: Callable[[], object] | None = None


class NeedsApproval(Doubt):
    """A change of fields needs approval; nothing was saved. It is asked for with `ask_for_change` of services/approvals/asking.py."""


class NotSignedIn(Refused):
    """Nobody is signed in, or signing in failed. wait: the seconds until another attempt is looked at."""

    def __init__(self, message: str, advice: str = "", wait: int = 0) -> None:
        super().__init__(message, advice)
        self.wait = wait


class FirstPassword(NotSignedIn):
    """The password is right, but all it is good for is choosing another one."""


class Invalid(Told):
    """Values that break a rule.

    `problems` maps a field's name to words; a line's field is `lines.3.quantity` (counting from 0), the whole record is "".
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(
            "\n".join(dict.fromkeys(problems.values())), _("Nothing was saved. Please correct the marked fields.")
        )
        self.problems = dict(problems)


class Conflict(Told):
    """Someone else saved first; `theirs` is how the record stands now, None when it is deleted."""

    def __init__(self, theirs: Draft | None, who: str = "") -> None:
        gone = theirs is None
        message = (
            _("This record was deleted in the meantime.")
            if gone
            else _("{who} has just changed this record.").format(who=who or _("Someone else"))
        )
        super().__init__(message, _("What you typed is still here."))
        self.theirs = theirs
        self.who = who
        self.twice = False  # theirs holds what was typed here before as well: its lines must not be added again


class Missing(Told):
    """The record, type, field or file that was asked for does not exist."""


class Unavailable(Told):
    """The database, the disk or another part of the world did not answer; trying again later may help."""


class KeyNeeded(Unavailable):
    """The database is encrypted, and its key is not known here."""


class Away(Unavailable):
    """The server does not answer just now; the window says so by itself as long as it lasts."""


class NotSaved(Away):
    """The server did not answer to a save. Whether it was done nobody knows yet; saving again does it once."""


class Cancelled(Told):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__(_("Stopped."), _("Nothing half done was kept."))
