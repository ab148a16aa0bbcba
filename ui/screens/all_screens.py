"""Every screen of the program, in the order of the navigation. A new screen is listed here and nowhere else."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from PySide6.QtWidgets import QWidget

from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services.approval_flows import FLOWS
from crm_desktop.words import N_
from ui.approval_panel import APPROVALS, ApprovalPage
from ui.backup_news import BACKUP
from ui.list_screen import ListScreen
from ui.record_window import make_new, make_record
from ui.screens.ageing import AccountPage, AgeingScreen
from ui.screens.approvals import ApprovalsScreen
from ui.screens.backup_setup import BackupSetup
from ui.screens.backups import BackupsScreen
from ui.screens.board import BoardScreen
from ui.screens.custom_fields import CustomFieldsScreen
from ui.screens.documents import document_pages
from ui.screens.encryption import ENCRYPTION, EncryptionScreen
from ui.screens.first_data import fill_with_sample
from ui.screens.flow_editor import FlowEditor
from ui.screens.funnel import FunnelScreen
from ui.screens.import_screen import ImportScreen
from ui.screens.lan_screen import LanScreen
from ui.screens.log_screen import LogScreen
from ui.screens.meddic import MeddicScreen
from ui.screens.org_chart import OrgChart
from ui.screens.print_templates import PrintTemplates
from ui.screens.recycle_bin import RecycleBin
from ui.screens.registry import PageEntry, ScreenEntry, Screens, screens_of
from ui.screens.rights import RightsScreen
from ui.screens.rights_explain import ExplainScreen
from ui.screens.settings import SettingsScreen
from ui.screens.today import TodayScreen
from ui.shell import Shell
from ui.sign_in_people import GRANT, SignInPeople
from ui.sign_in_person import SignInPerson

SHARE_TEMPLATES = "program.views"

ACCOUNT = PageEntry("customers", "account", N_("Account"), AccountPage, "receipts.see")


def all_screens() -> Screens:
    """The registry the window works with."""
    screens = screens_of(
        (
            ScreenEntry("today", N_("Today"), "home", TodayScreen, shortcut="Alt+Home"),
            ScreenEntry("approvals", N_("Approvals to decide"), "shield_checkmark", ApprovalsScreen),
            ScreenEntry("board", N_("Board"), "column_triple", BoardScreen, "sales", "opportunities.see"),
            ScreenEntry("funnel", N_("Funnel"), "data_funnel", FunnelScreen, "sales", "opportunities.see"),
            ScreenEntry("meddic", N_("MEDDIC of the team"), "target_arrow", MeddicScreen, "sales", "opportunities.see"),
            ScreenEntry("import", N_("Import from Excel"), "arrow_download", ImportScreen, in_navigation=False),
            ScreenEntry("ageing", N_("Ages of receivables"), "data_bar_vertical", AgeingScreen, "finance", "receivables.see"),
            ScreenEntry("custom-fields", N_("Custom fields"), "column_triple", CustomFieldsScreen, "setup", "program.custom_fields"),
            ScreenEntry("print-templates", N_("Print templates"), "print", PrintTemplates, "setup", SHARE_TEMPLATES),
            ScreenEntry("template", N_("Print template"), "ruler", _designer, "setup", SHARE_TEMPLATES, in_navigation=False),
            ScreenEntry("log", N_("Log"), "history", LogScreen, "setup", "program.log"),
            ScreenEntry("organisation", N_("Organisation"), "organization", OrgChart, "setup", "departments.see"),
            ScreenEntry("rights", N_("Positions and rights"), "shield", RightsScreen, "setup", "program.rights"),
            ScreenEntry("explain-rights", N_("What may this person do?"), "question_circle", ExplainScreen, "setup", in_navigation=False),
            ScreenEntry("sign-in", N_("Sign-in"), "lock_closed", SignInPeople, "setup", GRANT),
            ScreenEntry("recycle-bin", N_("Recycle bin"), "bin_recycle", RecycleBin, "setup"),
            ScreenEntry("backups", N_("Backups"), "shield_checkmark", BackupsScreen, "setup", BACKUP),
            ScreenEntry(
                "backup-setup", N_("Places and times of backups"), "settings", BackupSetup, "setup", BACKUP, in_navigation=False
            ),
            ScreenEntry("encryption", N_("Encryption"), "hard_drive", EncryptionScreen, "setup", ENCRYPTION),
            ScreenEntry("lan", N_("Office network"), "desktop", LanScreen, "setup", GRANT),
            ScreenEntry("settings", N_("Settings"), "settings", SettingsScreen, area="setup"),
        )
    )
    screens.pages = (PageEntry("users", "sign-in", N_("Sign-in"), SignInPerson, GRANT), ACCOUNT, *document_pages(BUILT_IN))
    screens.list_of, screens.record_of, screens.new_of = _list, _record, _new
    return screens


def _list(shell: Shell, type_key: str, **arguments: str) -> ListScreen:
    """A list whose empty state can bring the sample company."""
    made = ListScreen(shell, type_key, **arguments)
    made.sample_wanted.connect(lambda: fill_with_sample(shell))
    return made


def _record(shell: Shell, type_key: str, record_id: int) -> QWidget:
    """The window of a record; of those that are not typed into fields, what they have instead."""
    if type_key == APPROVALS:
        return ApprovalPage(shell, record_id)
    return FlowEditor(shell, record_id) if type_key == FLOWS else make_record(shell, type_key, record_id)


def _new(shell: Shell, type_key: str, **preset: Any) -> QWidget | None:
    """An empty form. Nobody writes an approval: it comes of what is to be approved."""
    if type_key == APPROVALS:
        return None
    return FlowEditor(shell) if type_key == FLOWS else make_new(shell, type_key, **preset)


def _designer(shell: Shell, **arguments: Any) -> QWidget:
    """What designs and shows pages is loaded when it is wanted: it would slow the start down."""
    screen: Any = import_module("ui.designer.screen")
    made: QWidget = screen.DesignerScreen(shell, **arguments)
    return made
