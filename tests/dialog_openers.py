"""Every dialog of the program, made over a window with the sample company in it, as its screens make it.

A dialog that is in no entry here fails `test_accessibility.py`: what nobody opens, nobody looks at.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
from PySide6.QtWidgets import QDialog

import ui
from backups.targets import FOLDER, new_target
from crm_desktop.draft import Draft, merge
from crm_desktop.exchange.first_look import Target, targets
from crm_desktop.exchange.reasons import reasons
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.watched_settings import new_watched
from crm_desktop.printing.printing import print_records
from crm_desktop.printing.template_store import templates_for
from crm_desktop.progress import Unwatched
from crm_desktop.rules.approvals import Approver, Step
from crm_desktop.services import file_encryption
from crm_desktop.services.approvals import drawing
from crm_desktop.services.dunning import letters
from crm_desktop.services.history import RevisionInfo
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.saving import open_record
from crm_desktop.services.stages import StageFacts
from crm_desktop.services.system_account import Account
from ui.approval_people import PeopleDialog
from ui.backup_end import EndDialog
from ui.backup_passphrase import PassphraseDialog
from ui.batch_edit import BatchEdit
from ui.bundle_quantity import BundleQuantity
from ui.checklist_dialog import ChecklistDialog
from ui.column_chooser import ColumnChooser
from ui.compare_dialog import CompareDialog
from ui.conflict_dialog import ConflictDialog
from ui.convert_lead import ConvertLead
from ui.create_dialog import CreateDialog
from ui.designer.field_picker import FieldPopup
from ui.designer.fields import field_tree
from ui.designer.preview_window import PreviewWindow
from ui.designer.record_bar import RecordPopup
from ui.designer.save_dialog import SaveDialog
from ui.designer.versions import VersionsDialog
from ui.dialogs.keyboard_map import KeyboardMap
from ui.dunning import LettersDialog
from ui.editor_base import Around
from ui.filter_editor import FilterEditor
from ui.flow_step import StepDialog
from ui.grouping_dialog import GroupingDialog
from ui.hand_over import HandOverDialog
from ui.lan_join import JoinDialog
from ui.lan_owner import OwnerDialog
from ui.lan_use import UseDialog
from ui.lan_wish import SHARE
from ui.list_screen import ListScreen
from ui.lock_dialog import LockDialog
from ui.main_window import MainWindow
from ui.many_dialog import ManyDialog
from ui.picker_dialog import PickerDialog
from ui.print_dialog import PrintDialog
from ui.print_many import PrintManyDialog
from ui.reason_dialog import ReasonDialog
from ui.revision_dialog import MomentDialog, RevisionDialog
from ui.screens import import_shaping, import_work
from ui.screens.backup_place import PlaceDialog
from ui.screens.backup_secret import NewPassphrase, SheetDialog
from ui.screens.encryption import EncryptDialog
from ui.screens.import_matching import MatchDialog
from ui.screens.import_mending import MendDialog
from ui.screens.import_watched import WatchedDialog
from ui.screens.restore import RestoreWizard
from ui.screens.usual_templates import UsualDialog
from ui.share_dialog import ShareDialog
from ui.sign_in_dialogs import BindAccount, ChangePassword, CodesDialog, OneTimePassword, TurnOn
from ui.sign_in_limits import LimitsDialog


@dataclass(frozen=True)
class Room:
    """What dialogs are made from: a window with the sample company, its list of customers in front, and a folder for files."""

    window: MainWindow
    folder: Path

    @property
    def around(self) -> Around:
        return Around(self.window.app, self.window.tasks, failed=self.window.notices.error)

    def first(self, key: str) -> int:
        """Some record of a type."""
        return int(fetch_page(self.window.app, ListQuery(key), size=1).rows[0][-1])

    def draft(self, key: str) -> Draft:
        return open_record(self.window.app, key, self.first(key))

    def kind(self, key: str) -> Any:
        return self.window.app.type(key)

    @property
    def customers(self) -> ListScreen:
        self.window.open_list("customers")
        screen = self.window.tabs.current
        assert isinstance(screen, ListScreen)
        return screen


def _revision(room: Room) -> RevisionInfo:
    return RevisionInfo(1, dt.datetime.now(dt.UTC), "Lin Xiao", "The customer wants more", room.draft("sales-orders"))


def _compare(room: Room) -> QDialog:
    window, order = room.window, room.first("sales-orders")
    kind = room.kind("sales-orders")
    return CompareDialog(window, window.app, window.tasks, window.notices, kind, order, [_revision(room)], 1)


def _conflict(room: Room) -> QDialog:
    base, mine, theirs = (room.draft("customers") for _each in range(3))
    mine.values["name"], theirs.values["name"] = "Mine", "Theirs"
    merged = merge(base, mine, theirs)
    return ConflictDialog(room.window, room.kind("customers"), room.window.app.options, base, merged, "Lin Xiao")


def _filter(room: Room) -> QDialog:
    screen = room.customers
    return FilterEditor(room.window.app, room.window.tasks, screen.list.state, screen.list.name_of, screen)


def _columns(room: Room) -> QDialog:
    screen = room.customers
    return ColumnChooser(screen.list.state, screen.list.visible, screen)


def _import(room: Room) -> Any:
    """A file of which one row is wrong and one value unknown, and what importing it would do."""
    book = openpyxl.Workbook()
    for row in (["Name", "E-mail", "Industry", "Next follow-up"], ["A", "nothing", "Machinary", "03/04/2026"]):
        book.active.append(row)
    path = room.folder / "customers.xlsx"
    book.save(path)
    look = import_work.read(room.window.app, path, "customers", Unwatched())
    return look, import_work.plan(room.window.app, look, Recipe("customers"), Unwatched())


def _mend(room: Room) -> QDialog:
    look, plan = _import(room)
    item = next(p for p in plan.records if p.action == "wrong")
    return MendDialog(room.window, look, item, reasons(room.kind("customers"), item))


def _usual(room: Room) -> QDialog:
    kind = room.kind("sales-orders")
    return UsualDialog(room.window, room.window, kind, templates_for(room.window.app, kind, "en"), [])


def _preview(room: Room) -> QDialog:
    pdf = print_records(room.window.app, "sales-orders", [room.first("sales-orders")], None, "en").pdf
    return PreviewWindow(room.window, room.window, "Sales order", pdf)


def _print(room: Room) -> QDialog:
    return PrintDialog(room.window, room.window, room.kind("sales-orders"), room.first("sales-orders"), "Sales order")


def _versions(room: Room) -> QDialog:
    template = templates_for(room.window.app, room.kind("sales-orders"), "en")[0]
    return VersionsDialog(room.window, room.window, template, {})


def _restore(room: Room) -> QDialog:
    window = room.window
    return RestoreWizard(window, window.tasks, window.notices, window.app.data, window.settings, window.app)


def _many(room: Room) -> QDialog:
    kind = room.kind("sales-orders")
    return ManyDialog(room.window, room.around, kind.lines.fields["product_id"])


def _picker(room: Room) -> QDialog:
    return PickerDialog(room.window, room.around, room.kind("sales-orders").fields["customer_id"])


def _step(room: Room) -> QDialog:
    step = Step("Manager", (Approver("manager"), Approver("person")), hours=24, overdue="manager")
    choices = drawing.choices(room.window.app)
    return StepDialog(room.window, room.window, room.kind("sales-orders"), choices, step, first=False)


def _moment(room: Room) -> QDialog:
    return MomentDialog(room.window, room.around, room.kind("customers"), room.draft("customers"), dt.datetime.now(dt.UTC))


def _people(room: Room) -> QDialog:
    people = drawing.choices(room.window.app).people
    return PeopleDialog(room.window, "Ask others", people, "Ask", several=True, sign=True)


def _checklist(room: Room) -> QDialog:
    stage = StageFacts(1, "Offer", Decimal(40), 14, ("Needs are written down", "The budget is known"))
    return ChecklistDialog(room.window, "Opportunity", stage, "Negotiation", ["The budget is known"])


def _targets(room: Room) -> list[Target]:
    return targets(room.window.app, room.kind("customers"))


def _window_first(make: Callable[..., QDialog], *more: Any) -> Callable[[Room], QDialog]:
    return lambda room: make(room.window, *more)


OPENERS: Mapping[type[QDialog], Callable[[Room], QDialog]] = MappingProxyType(
    {
        BatchEdit: lambda r: BatchEdit(r.window, "customers", [r.first("customers")], r.window),
        BundleQuantity: lambda r: BundleQuantity(r.window, "Starter set", Decimal(2)),
        BindAccount: lambda r: BindAccount(r.window, r.window.app, r.window.tasks, r.window.notices, Account("k", "PC\\lin")),
        ChangePassword: lambda r: ChangePassword(r.window, r.window.app, r.window.tasks, r.window.notices),
        ChecklistDialog: _checklist,
        CodesDialog: lambda r: CodesDialog(r.window, r.window, ["abcd-efgh-1234", "ijkl-mnop-5678"]),
        ColumnChooser: _columns,
        CompareDialog: _compare,
        ConflictDialog: _conflict,
        ConvertLead: lambda r: ConvertLead(r.window, r.window, r.draft("leads")),
        CreateDialog: lambda r: CreateDialog(r.window, r.around, r.window.notices, "contacts", {}),
        EndDialog: _window_first(EndDialog),
        EncryptDialog: lambda r: EncryptDialog(r.window, r.window, file_encryption.state(r.window.app)),
        FieldPopup: lambda r: FieldPopup(r.window, field_tree(r.window.app, r.kind("sales-orders")), "en", lambda _node: None),
        FilterEditor: _filter,
        GroupingDialog: lambda r: GroupingDialog(r.window, r.kind("customers"), ["city", "level"], ["credit_limit"]),
        HandOverDialog: lambda r: HandOverDialog(r.window, r.window, person=r.draft("customers").values["owner_id"]),
        JoinDialog: lambda r: JoinDialog(r.window, r.folder, has_own=True, search=False),
        KeyboardMap: lambda r: KeyboardMap(r.window, r.window.commands),
        LettersDialog: lambda r: LettersDialog(r.window, letters(r.window.app)),
        LimitsDialog: lambda r: LimitsDialog(r.window, r.window, "user", r.window.app.actor.user_id or 0, "Lin Xiao"),
        LockDialog: lambda r: LockDialog(r.window, r.window.app, r.window.tasks, r.window.notices),
        ManyDialog: _many,
        MatchDialog: lambda r: MatchDialog(r.window, r.window, _import(r)[1]),
        MendDialog: _mend,
        MomentDialog: _moment,
        NewPassphrase: lambda r: NewPassphrase(r.window, again=True),
        OneTimePassword: lambda r: OneTimePassword(r.window, "Lin Xiao", "apple-river-stone"),
        OwnerDialog: lambda r: OwnerDialog(r.window, SHARE, "Lin Xiao", "lin", fresh=True),
        PassphraseDialog: _window_first(PassphraseDialog, "The passphrase of this backup", "That was not it."),
        PeopleDialog: _people,
        PickerDialog: _picker,
        PlaceDialog: lambda r: PlaceDialog(r.window, new_target(FOLDER, "Second disk", str(r.folder)), lambda _target: ""),
        PreviewWindow: _preview,
        PrintDialog: _print,
        PrintManyDialog: lambda r: PrintManyDialog(r.window, r.window, r.kind("customers"), [r.first("customers")]),
        ReasonDialog: _window_first(ReasonDialog, "Why is the order cancelled?"),
        RecordPopup: lambda r: RecordPopup(r.window, r.window, r.kind("customers")),
        RestoreWizard: _restore,
        RevisionDialog: lambda r: RevisionDialog(r.window, r.around, r.kind("sales-orders"), _revision(r)),
        SaveDialog: _window_first(SaveDialog, "Title moved"),
        ShareDialog: lambda r: ShareDialog(r.window, r.window, "customers", [r.first("customers")], "One customer"),
        SheetDialog: lambda r: SheetDialog(r.window, r.window, "correct horse battery"),
        StepDialog: _step,
        TurnOn: lambda r: TurnOn(r.window, r.window, lambda: None),
        UseDialog: lambda r: UseDialog(r.window, r.folder, owner=True),
        UsualDialog: _usual,
        VersionsDialog: _versions,
        WatchedDialog: lambda r: WatchedDialog(r.window, r.window, new_watched(str(r.folder), "customers")),
        import_shaping.FixedDialog: lambda r: import_shaping.FixedDialog(r.window, _targets(r), {}),
        import_shaping.JoinDialog: lambda r: import_shaping.JoinDialog(r.window, ["Street", "City"]),
        import_shaping.SplitDialog: lambda r: import_shaping.SplitDialog(r.window, ["Street", "City"]),
    }
)
"""By the class of the dialog."""


def dialog_classes() -> set[type[QDialog]]:
    """The dialogs there are; what others are made from and nobody opens itself is not one."""
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        importlib.import_module(module.name)

    def below(kind: type[QDialog]) -> set[type[QDialog]]:
        found = {k for k in kind.__subclasses__() if k.__module__.startswith("ui.")}
        return found.union(*map(below, found))

    return {kind for kind in below(QDialog) if not any(k.__module__.startswith("ui.") for k in kind.__subclasses__())}
