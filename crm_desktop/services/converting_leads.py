"""Making a customer of a lead: with the contact and an opportunity, in one act, after a look whether the customer is there already."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, Invalid, Refused
from crm_desktop.rules.duplicates import core_words, digits, same_name, same_phone
from crm_desktop.services.access import acting, asking, gone, reached, require_reach
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import new_draft, open_record, save_within, visible_part
from crm_desktop.services.search_all import Hit, search_everything
from crm_desktop.services.stages import pipelines, stages_of
from crm_desktop.words import _
from db.types import new_uid

_LEADS = "leads"
_CUSTOMER = ("phone", "mobile", "email", "web", "region", "city", "address", "industry", "source", "note")
_CONTACT = ("title", "mobile", "phone", "wechat", "email")
_LIKELY = 20


@dataclass(frozen=True)
class Wish:
    """What a lead becomes. customer: one that is there; None: a new one. contact and opportunity: "" for none.

    estimate: of the opportunity, in the company's currency.
    """

    customer: Ref | None = None
    contact: str = ""
    opportunity: str = ""
    estimate: Decimal | None = None


def likely_customers(app: Application, lead: Draft) -> list[Hit]:
    """The customers the person may see that look like this lead: by name, or by a telephone number."""
    if not app.actor.may("customers.see"):
        return []
    company = str(lead.values.get("company") or "")
    numbers = [str(lead.values.get(n) or "") for n in ("mobile", "phone")]
    asked = [t for t in (" ".join(core_words(company)), *(digits(n) for n in numbers)) if len(t) > 1]
    found = {h.id: h for text in asked for h in search_everything(app, text, _LIKELY, ("customers",))}
    return [hit for hit in found.values() if _like(app, hit, company, numbers)]


def _like(app: Application, hit: Hit, company: str, numbers: list[str]) -> bool:
    if same_name(hit.label, company):
        return True
    theirs = open_record(app, "customers", hit.id).values
    return any(same_phone(mine, str(theirs.get(n) or "")) for mine in numbers for n in ("phone", "mobile"))


def convert(app: Application, lead_id: int, version: int, wish: Wish, origin: str = "") -> dict[str, Ref]:
    """Make of a lead what is wished; gives what was made or chosen, by record type.

    Raises Conflict when somebody changed the lead since, Refused where the person may not add what is made.
    """
    kind = app.type(_LEADS)
    blank = {
        "customers": new_draft(app, "customers") if wish.customer is None else None,
        "contacts": new_draft(app, "contacts") if wish.contact else None,
        "opportunities": _opportunity(app) if wish.opportunity else None,
    }
    batch = new_uid()
    with acting(app) as session:
        require_reach(app, session, kind, "convert", [lead_id])
        lead = read_record(app, session, kind, lead_id)
        if lead is None:
            raise gone()
        if lead.version != version:
            by: Any = lead.values.get("updated_by")
            raise Conflict(visible_part(app, kind, lead), by.label if by else "")
        if lead.values.get("status") not in ("new", "working"):
            raise Refused(_("This lead was decided already."))
        made = _Making(session, app, lead, wish, batch).all(blank)
    for type_key, ref in made.items():
        app.changes.tell(Change(type_key, frozenset({ref.id}), app.actor.name))
    app.changes.tell(Change(_LEADS, frozenset({lead_id}), app.actor.name, origin))
    return made


def _opportunity(app: Application) -> Draft:
    ways = pipelines(app)
    with asking(app) as connection:
        stages = stages_of(connection, ways[0].id) if ways else []
    if not stages:
        raise Invalid({"opportunity": _("There is no pipeline with stages yet. An administrator makes one in the set-up.")})
    first = stages[0]
    preset = {"pipeline_id": ways[0], "stage_id": Ref(first.id, first.name), "probability": first.chance}
    return new_draft(app, "opportunities", preset)


class _Making:
    """One conversion, inside its transaction."""

    def __init__(self, session: Session, app: Application, lead: Draft, wish: Wish, batch: str) -> None:
        self._session, self._app, self._lead, self._wish, self._batch = session, app, lead, wish, batch

    def all(self, blank: dict[str, Draft | None]) -> dict[str, Ref]:
        """Make everything and close the lead."""
        lead, wish = self._lead.values, self._wish
        made: dict[str, Ref] = {}
        if (draft := blank["customers"]) is not None:
            draft.values |= self._taken(_CUSTOMER) | {"name": lead["company"]} | self._whose()
            made["customers"] = self._save(draft)
        else:
            assert wish.customer is not None
            self._app.actor.require("customers.see")
            # Where the server hides it, it is not even among the rows that could be found out of reach.
            if not reached(self._app, self._session, self._app.type("customers"), "see", [wish.customer.id]):
                raise gone()
            made["customers"] = wish.customer
        if (draft := blank["contacts"]) is not None:
            draft.values |= self._taken(_CONTACT) | {"name": wish.contact, "customer_id": made["customers"]} | self._whose()
            made["contacts"] = self._save(draft)
        if (draft := blank["opportunities"]) is not None:
            label = str(lead.get("number") or "")
            draft.values |= {
                "title": wish.opportunity, "customer_id": made["customers"], "contact_id": made.get("contacts"),
                "estimate": wish.estimate, "source": lead.get("source") or "", "lead_id": Ref(int(self._lead.id or 0), label),
            } | self._whose()  # fmt: skip
            made["opportunities"] = self._save(draft)
        self._lead.values |= {"status": "converted", "customer_id": made["customers"]}
        save_within(self._session, self._app, [self._lead], "convert", self._batch, operation=True)
        return made

    def _taken(self, names: tuple[str, ...]) -> dict[str, Any]:
        return {n: self._lead.values[n] for n in names if self._lead.values.get(n)}

    def _whose(self) -> dict[str, Any]:
        return {n: self._lead.values.get(n) for n in ("owner_id", "department_id")}

    def _save(self, draft: Draft) -> Ref:
        (saved,) = save_within(self._session, self._app, [draft], "create", self._batch)
        kind = self._app.type(draft.type)
        return Ref(int(saved.id or 0), kind.label_of(saved.values))
