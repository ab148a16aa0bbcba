"""What others did between the plan of an import and its doing: looked at under the lock, so that two imports of one file do not
both make its records, its choices and its customers.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Told
from crm_desktop.exchange.comparing import Comparer, apply_rule
from crm_desktop.exchange.matching import Finder
from crm_desktop.exchange.plan import Plan, Planned
from crm_desktop.options import Options
from crm_desktop.records.record_type import RecordType
from db import history


def nothing_happened(session: Session, plan: Plan) -> bool:
    """Whether no record at all was written since the plan was made."""
    return history.written(session.connection()) == plan.entries


def leave_known_choices(plan: Plan, options: Options) -> None:
    """Take the choices from the plan that somebody has added by now."""
    for key, texts in plan.new_choices.items():
        plan.new_choices[key] = [t for t in texts if options.find(key, t) is None]


def known_customers(app: Application, session: Session, plan: Plan, wanted: list[Ref]) -> dict[Ref, Ref]:
    """The stand-ins whose customer somebody has made by now, and that customer."""
    finder = Finder(app, "customers")
    finder.load(session.connection(), (text for ref in wanted for text in plan.missing[ref].values()))
    found = {}
    for ref in wanted:
        number, name = plan.missing[ref].get("number", ""), plan.missing[ref]["name"]
        try:
            customer = finder.find(number or name, codes_only=bool(number))
        except ValueError as error:
            raise Told(str(error)) from error
        if customer is not None:
            found[ref] = customer
    return found


def compare_again(app: Application, session: Session, kind: RecordType, plan: Plan) -> list[Planned]:
    """Find the records of the plan that somebody has made or changed by now; gives those that were new and would change one."""
    comparer = Comparer(app, session.connection(), kind, plan.recipe.key)
    changing = [p for p in plan.records if p.action == "change"]
    new = [p for p in plan.records if p.action == "create"]
    comparer.compare_again(new, plan.candidates)
    # Where somebody else has written just what the file says, there is nothing left to do.
    now = [Planned("create", p.label, p.incoming, p.id) for p in changing]
    comparer.differences(now)
    for item, stands in zip(changing, now, strict=True):
        if stands.action == "same":
            item.action = "same"
    found = [p for p in new if p.action == "change"]
    apply_rule(kind, found, plan.recipe)
    return [p for p in found if p.action == "change"]
