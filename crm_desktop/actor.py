"""Who is at work, and what this person may do."""

from __future__ import annotations

from dataclasses import dataclass

from crm_desktop.errors import Refused
from crm_desktop.rights import EVERYTHING, Reach, Rights
from crm_desktop.words import _


@dataclass(frozen=True)
class Actor:
    """A signed-in person at one PC. version: of the access tables from which the rights were read;
    0: they were given, and stay as they are. proven: the person signed in with a password, or in place of one."""

    user_id: int | None
    name: str
    department_id: int | None = None
    rights: Rights = EVERYTHING
    station: str = ""
    version: int = 0
    proven: bool = False

    def reach(self, record_type: str, operation: str) -> Reach:
        """How far an operation reaches for this person."""
        return self.rights.reach(record_type, operation)

    def may(self, grant: str) -> bool:
        """Whether this person may do what `grant` names ("customers.change") with any record at all; the empty grant is everybody's."""
        kind, _dot, operation = grant.partition(".")
        return not grant or self.rights.reach(kind, operation) > Reach.NONE

    def require(self, grant: str) -> None:
        """Raise Refused without `grant`."""
        if not self.may(grant):
            raise Refused(
                _("You have no permission for this."), _("Ask your administrator ({grant}).").format(grant=grant)
            )
