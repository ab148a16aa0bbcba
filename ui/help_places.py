"""Where in the manual the help for a screen, a list, a form or a dialog stands.

A test says that none is missing and that every place is there in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

START = "first-steps"
WELCOME = "first-steps#the-first-start"
SAMPLE = "sample"

SCREENS: Mapping[str, str] = MappingProxyType(
    {
        "today": "first-steps#the-day",
        "approvals": "approvals#asking-and-deciding",
        "board": "pipeline#board-and-funnel",
        "funnel": "pipeline#board-and-funnel",
        "import": "excel#matching",
        "ageing": "sales-chain#who-owes-what",
        "custom-fields": "set-up#fields-of-your-own",
        "print-templates": "printing#change-a-form",
        "template": "printing#change-a-form",
        "log": "log#the-log-screen",
        "organisation": "rights#positions",
        "rights": "rights#positions",
        "explain-rights": "rights#what-may-this-person-do-and-why",
        "sign-in": "signing-in",
        "recycle-bin": "records#recycle-bin",
        "backups": "backups",
        "backup-setup": "backups#two-places-at-least",
        "encryption": "encryption",
        "lan": "lan",
        "meddic": "pipeline#meddic",
        "settings": "set-up#settings",
    }
)
"""By the key of a screen."""

RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "customers": "records#customers",
        "contacts": "records#customers",
        "follow-ups": "records#follow-ups-and-tasks",
        "tasks": "records#follow-ups-and-tasks",
        "products": "records#products",
        "price-lists": "records#products",
        "bundles": "records#products",
        "leads": "pipeline#leads",
        "opportunities": "pipeline#opportunities",
        "pipelines": "pipeline#set-up",
        "stages": "pipeline#set-up",
        "quotes": "sales-chain#what-each-document-does",
        "sales-orders": "sales-chain#before-an-order-is-confirmed",
        "deliveries": "sales-chain#what-each-document-does",
        "returns": "sales-chain#what-each-document-does",
        "invoices": "sales-chain#what-each-document-does",
        "receivables": "sales-chain#instalments",
        "receipts": "sales-chain#receipts",
        "payment-terms": "sales-chain#instalments",
        "approvals": "approvals#asking-and-deciding",
        "approval-flows": "approvals#drawing-a-flow",
        "approval-delegations": "approvals#asking-and-deciding",
        "departments": "rights#positions",
        "users": "rights#positions",
        "positions": "rights#positions",
        "teams": "rights#positions",
        "options": "set-up#choices-units-currencies",
        "number-sequences": "set-up#numbers-of-documents",
        "units": "set-up#choices-units-currencies",
        "currencies": "set-up#choices-units-currencies",
    }
)
"""By the key of a record type: its list and its form."""

DIALOGS: Mapping[str, str] = MappingProxyType(
    {
        "BatchEdit": "lists#with-several-records",
        "BindAccount": "signing-in#the-window",
        "BundleQuantity": "sales-chain#prices",
        "ChecklistDialog": "pipeline#opportunities",
        "CodesDialog": "signing-in#recovery-codes",
        "ColumnChooser": "lists#columns-and-views",
        "CompareDialog": "records#two-people-one-record",
        "ConflictDialog": "records#two-people-one-record",
        "ConvertLead": "pipeline#leads",
        "CreateDialog": "records#filling-in-a-form",
        "EncryptDialog": "encryption#turning-it-on",
        "EndDialog": "backups#when",
        "FieldPopup": "printing#change-a-form",
        "FilterEditor": "lists#find-and-narrow",
        "FixedDialog": "excel#matching",
        "GroupingDialog": "lists#groups",
        "HandOverDialog": "rights#sharing-and-handing-over",
        "JoinDialog": "lan#join",
        "KeySheet": "encryption#turning-it-on",
        "KeyboardMap": "keys",
        "LettersDialog": "sales-chain#reminders",
        "LimitsDialog": "signing-in#limits",
        "LockDialog": "signing-in#the-window",
        "ManyDialog": "sales-chain#what-each-document-does",
        "MatchDialog": "excel#matching",
        "MendDialog": "excel#matching",
        "MomentDialog": "records#history",
        "NewPassphrase": "backups#encryption",
        "OneTimePassword": "signing-in#passwords",
        "OwnerDialog": "lan#changes",
        "PassphraseDialog": "backups#encryption",
        "PastDialog": "records#history",
        "PeopleDialog": "approvals#drawing-a-flow",
        "PickerDialog": "records#filling-in-a-form",
        "PlaceDialog": "backups#two-places-at-least",
        "PreviewWindow": "printing#change-a-form",
        "PrintDialog": "printing#print-one-record",
        "PrintManyDialog": "printing#print-many-records",
        "ReasonDialog": "records#documents-and-their-states",
        "RecordPopup": "printing#change-a-form",
        "RestoreWizard": "backups#getting-things-back",
        "RevisionDialog": "records#history",
        "SaveDialog": "printing#change-a-form",
        "SecretSheet": "encryption#turning-it-on",
        "ShareDialog": "rights#sharing-and-handing-over",
        "SheetDialog": "backups#encryption",
        "SplitDialog": "excel#matching",
        "StepDialog": "approvals#drawing-a-flow",
        "UseDialog": "lan#a-server-that-stands-already",
        "VersionsDialog": "printing#change-a-form",
        "UsualDialog": "printing#what-prints-when-nobody-chooses",
        "WatchedDialog": "excel#watched-folders",
        "import_shaping.JoinDialog": "excel#matching",
        "import_shaping._Asking": "excel#matching",
        "sign_in_dialogs._Asking": "signing-in#passwords",
    }
)
"""By the name of the class, with its file where two are called the same; a dialog made from another has that one's place unless it
has its own."""


def of_dialog(kind: type) -> str:
    """The place of a dialog, "" where neither it nor what it is made from has one."""
    for base in kind.__mro__:
        for name in (f"{base.__module__.rpartition('.')[2]}.{base.__name__}", base.__name__):
            if name in DIALOGS:
                return DIALOGS[name]
    return ""
