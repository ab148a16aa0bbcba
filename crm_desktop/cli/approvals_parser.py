"""The words of `approvals`: what waits for whom, and deciding it."""

from __future__ import annotations

from crm_desktop.cli.below import Add, Data, commands_below
from crm_desktop.words import _

BOXES = {"to-decide": "to_decide", "decided": "decided", "mine": "mine", "copied": "copied"}
DECISIONS = ("agree", "reject", "return", "withdraw", "urge", "read", "carry-out")


def add_approvals(add: Add, data: Data) -> None:
    """`approvals` with all that stands below it. data: adds the options every command has."""
    group = add("approvals", _("what waits for approval: list it, look at it, decide it"))
    below = commands_below(group, data)
    lister = below("list", _("list the requests of one box"))
    lister.add_argument("--box", choices=tuple(BOXES), default="to-decide", help=_("which ones: those to decide, when not said otherwise"))
    shower = below("show", _("show one request with its course"))
    shower.add_argument("number", metavar="NUMBER", help=_("the number of the request"))
    below("sweep", _("pass on what is overdue, and what waits for people who have left; to be called by a plan of the system"))
    decider = below("decide", _("decide requests, or do something else with them"))
    decider.add_argument("decision", choices=DECISIONS)
    decider.add_argument("number", metavar="NUMBER", nargs="+", help=_("the numbers of the requests"))
    decider.add_argument("--comment", metavar="TEXT", default="", help=_("a few words; needed to reject and to return"))
    decider.add_argument("--to-step", metavar="N", type=int, default=None, help=_("return it to this step; without it, to whoever asked"))
    decider.add_argument("--file", metavar="FILE", nargs="+", default=[], help=_("files to go with the decision"))
