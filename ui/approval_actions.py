"""What a person does with requests: each asks for what it needs, does it off the GUI thread, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QInputDialog, QWidget

from crm_desktop.draft import Draft
from crm_desktop.rules.approvals import Design
from crm_desktop.services.approvals import deciding
from crm_desktop.services.approvals.drawing import Choices, choices
from crm_desktop.words import _, ngettext
from ui.approval_people import PeopleDialog
from ui.reason_dialog import ask_reason
from ui.shell import Shell


class ApprovalActions:
    """The actions for one window. done: called when something was done."""

    def __init__(self, shell: Shell, parent: QWidget, done: Callable[[], object]) -> None:
        self._shell, self._parent, self._done = shell, parent, done

    def decide(self, ids: Sequence[int], decision: str, comment: str = "", files: Sequence[Path] = ()) -> None:
        """Agree to requests or reject them; to reject them needs a comment."""
        if decision == "reject" and not comment.strip():
            comment = ask_reason(self._parent, _("Reject"))
            if not comment:
                return
        if len(ids) == 1:
            work = partial(self._decide_one, ids[0], decision, comment, tuple(files))
            self._run(work, lambda draft: self._said(draft))
        else:
            self._run(partial(deciding.decide_many, self._shell.app, list(ids), decision, comment), partial(self._many, len(ids)))

    def _decide_one(self, id_: int, decision: str, comment: str, files: Sequence[Path]) -> Draft:
        return deciding.decide(self._shell.app, id_, decision, comment, [(f.name, f.read_bytes()) for f in files])

    def _said(self, draft: Draft) -> None:
        number, status = draft.values["number"], draft.values["status"]
        words = {
            "done": _("{number} is approved and carried out."),
            "rejected": _("{number} is rejected."),
            "running": _("{number}: your decision is noted, it goes on."),
        }.get(status, "{number}: " + self._shell.app.options.label("approvals", status))
        self._shell.notices.say(words.format(number=number), icon="checkmark_circle")
        if status == "failed":
            self._shell.notices.inform(_("It was agreed to, but could not be carried out."), draft.values["problem"])

    def _many(self, count: int, problems: dict[int, str]) -> None:
        well = count - len(problems)
        self._shell.notices.say(ngettext("{count} decided.", "{count} decided.", well).format(count=well), icon="checkmark_circle")
        if problems:
            self._shell.notices.inform(_("Some could not be decided."), "\n".join(dict.fromkeys(problems.values())))

    def send_back(self, id_: int, design: Design, step: int, comment: str = "") -> None:
        """Return a request to whoever asked, or to an earlier step. step: the one that returns it, from 1."""
        earlier = (_("Step {number}: {name}").format(number=n + 1, name=s.name) for n, s in enumerate(design.steps[: step - 1]))
        places = [_("Whoever asked"), *earlier]
        at = 0
        if len(places) > 1:
            chosen, well = QInputDialog.getItem(self._parent, _("Return"), _("Return it to"), places, 0, False)
            if not well:
                return
            at = places.index(chosen)
        comment = comment.strip() or ask_reason(self._parent, _("Return"))
        if comment:
            self._run(partial(deciding.send_back, self._shell.app, id_, comment, at or None), self._returned)

    def _returned(self, draft: Draft) -> None:
        self._shell.notices.say(_("{number} is returned.").format(number=draft.values["number"]), icon="arrow_undo")

    def withdraw(self, id_: int) -> None:
        """End a request of one's own."""
        if self._shell.notices.ask(_("Withdraw this request?"), _("Nothing is changed then; it can be asked again."), yes=_("Withdraw")):
            self._run(partial(deciding.withdraw, self._shell.app, id_), self._quiet(_("Withdrawn.")))

    def urge(self, id_: int) -> None:
        """Remind those who have not decided."""
        self._run(partial(deciding.urge, self._shell.app, id_), self._quiet(_("They are reminded.")))

    def acknowledge(self, id_: int) -> None:
        """Confirm reading."""
        self._run(partial(deciding.acknowledge, self._shell.app, id_), self._quiet(_("Noted as read.")))

    def carry_out_again(self, id_: int) -> None:
        """Try again what could not be carried out."""
        self._run(partial(deciding.carry_out_again, self._shell.app, id_), self._said)

    def pass_on(self, id_: int) -> None:
        """Let somebody else decide this one."""
        self._with_people(_("Who decides in your place?"), _("Pass on"), partial(self._pass_on, id_))

    def _pass_on(self, id_: int, dialog: PeopleDialog) -> None:
        work = partial(deciding.pass_on, self._shell.app, id_, dialog.chosen()[0], dialog.words())
        self._run(work, self._quiet(_("Passed on.")))

    def add_approver(self, id_: int) -> None:
        """Ask one more person."""
        self._with_people(_("Who has to agree as well?"), _("Add"), partial(self._add, id_))

    def _add(self, id_: int, dialog: PeopleDialog) -> None:
        work = partial(deciding.add_approver, self._shell.app, id_, dialog.chosen()[0], dialog.words())
        self._run(work, self._quiet(_("Added.")))

    def copy_to(self, id_: int) -> None:
        """Tell more people."""
        self._with_people(_("Who is to know of it?"), _("Tell them"), partial(self._copy, id_), several=True)

    def _copy(self, id_: int, dialog: PeopleDialog) -> None:
        work = partial(deciding.copy_to, self._shell.app, id_, dialog.chosen(), sign=dialog.sign.isChecked())
        self._run(work, self._quiet(_("They are told.")))

    def _with_people(self, title: str, accept: str, do: Callable[[PeopleDialog], object], *, several: bool = False) -> None:
        def show(found: Choices) -> None:
            me = self._shell.app.actor.user_id
            people = [p for p in found.people if p.id != me]
            dialog = PeopleDialog(self._parent, title, people, accept, several=several, sign=several)
            if dialog.exec() and dialog.chosen():
                do(dialog)
            dialog.deleteLater()

        self._shell.tasks.run(partial(choices, self._shell.app), show, self._shell.notices.error, owner=self._parent)

    def _quiet(self, words: str) -> Callable[[Any], None]:
        return lambda _draft: self._shell.notices.say(words, icon="checkmark_circle")

    def _run(self, work: Callable[[], Any], said: Callable[[Any], object]) -> None:
        def done(answer: Any) -> None:
            said(answer)
            self._done()

        def failed(error: BaseException) -> None:
            self._shell.notices.error(error)
            self._done()

        self._shell.tasks.run(work, done, failed, owner=self._parent)
