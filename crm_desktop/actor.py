"""Who is at work, and what this person may do."""

from __future__ import annotations

from dataclasses import dataclass

from crm_desktop.errors import Refused
from crm_desktop.words import _


@dataclass(frozen=True)
class Actor:
    """A signed-in person at one PC.

    grants: names like "customers.change" or "products.cost"; "*" is everything.
    """

    user_id: int | None
    name: str
    department_id: int | None = None
    grants: frozenset[str] = frozenset({"*"})
    station: str = ""

    def may(self, grant: str) -> bool:
        """Whether this person holds `grant`; the empty grant is everybody's."""
        return not grant or "*" in self.grants or grant in self.grants

    def require(self, grant: str) -> None:
        """Raise Refused without `grant`."""
        if not self.may(grant):
            raise Refused(
                _("You have no permission for this."), _("Ask your administrator ({grant}).").format(grant=grant)
            )
