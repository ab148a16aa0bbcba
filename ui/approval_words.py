"""What approvals are called on screens: states with their tones, moments, approvers of a flow in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.rules.approvals import AGREE, OVERDUE, Approver, Step
from crm_desktop.services.approvals.drawing import Choices
from crm_desktop.words import _, ngettext

TONES = {
    "running": "accent", "returned": "amber", "passed": "green", "done": "green", "rejected": "red", "withdrawn": "grey", "failed": "red",
}  # fmt: skip
DECISION_TONES = {
    "open": "amber", "agreed": "green", "agreed_before": "green", "rejected": "red", "sent_back": "amber", "unread": "amber",
    "read": "green", "failed": "red", "carried_out": "green", "asked": "accent", "asked_again": "accent", "added": "accent",
    "urged": "amber",
}  # fmt: skip
DECISION_ICONS = {
    "open": "clock", "agreed": "checkmark_circle", "agreed_before": "checkmark_circle", "rejected": "dismiss_circle",
    "sent_back": "arrow_undo", "passed_on": "arrow_swap", "not_needed": "subtract", "unread": "eye_off", "read": "eye",
    "asked": "send", "asked_again": "send", "withdrawn": "dismiss", "urged": "alert", "added": "person_add",
    "carried_out": "checkmark", "failed": "warning",
}  # fmt: skip


def moment_words(moment: dt.datetime | None) -> str:
    """A moment as it is shown; "" for none."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment is not None else ""


def status_words(app: Application, status: str) -> str:
    """A state in the person's language."""
    return app.options.label("approvals", status)


def decision_words(app: Application, state: str) -> str:
    """How a decision stands, in the person's language."""
    return app.options.label("approval_decisions", state)


def _name(refs: Iterable[Ref], id_: int) -> str:
    return next((_(r.label) for r in refs if r.id == id_), "")


def approver_words(approver: Approver, choices: Choices) -> str:
    """Who is meant, in a few words."""
    if approver.kind == "person":
        return _name(choices.people, approver.id) or _("A person still to be chosen")
    if approver.kind in ("position", "near"):
        position = _name(choices.positions, approver.id) or _("A position still to be chosen")
        return position if approver.kind == "position" else _("{position}, nearest to the owner").format(position=position)
    if approver.kind == "manager":
        if approver.level <= 1:
            return _("Manager of the owner")
        return _("Manager of the owner, {level} levels up").format(level=approver.level)
    if approver.kind == "head":
        department = _name(choices.departments, approver.id)
        return _("Head of {department}").format(department=department) if department else _("Head of the owner's department")
    return _("Owner of the record")


def hours_words(hours: int) -> str:
    """A span of hours as people say it."""
    if hours % 24 == 0:
        return ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24)
    return ngettext("{count} hour", "{count} hours", hours).format(count=hours)


def step_notes(step: Step, choices: Choices, conditions: str) -> list[str]:
    """The quieter lines of a step's card."""
    notes = []
    if len(step.approvers) > 1 or (step.approvers[:1] and step.approvers[0].kind in ("position", "near")):
        notes.append(_(AGREE[step.agree]))
    if conditions:
        notes.append(_("Only if: {conditions}").format(conditions=conditions))
    if step.hours:
        late: Mapping[str, str] = OVERDUE
        notes.append(_("Overdue after {span}: {what}").format(span=hours_words(step.hours), what=_(late[step.overdue])))
    if step.overdue == "person":
        notes.append(_("Passed on to {name}").format(name=_name(choices.people, step.overdue_to)))
    return notes
