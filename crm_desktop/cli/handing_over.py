"""crm-desktop user hand-over: what belongs to a person who moves or leaves goes to others, and can be taken back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from crm_desktop.cli.conditions import where_of
from crm_desktop.cli.console import say, say_json
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Refused
from crm_desktop.words import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_desktop.application import Application
    from crm_desktop.services.handing_over import Plan, Portioned


def hand_over_all(arguments: argparse.Namespace) -> int:
    """`user hand-over`: the records of a person, all or those of one type that fit, to one person or to several in turn."""
    from crm_desktop.services.handing_over import hand_over, preview

    with opened(arguments) as app:
        plan = _plan(app, arguments)
        found = preview(app, plan)
        batch, total = ("", 0) if arguments.dry_run else hand_over(app, plan)
    if arguments.json:
        types = [{"type": p.type, "count": p.count, "kept": p.kept} for p in found]
        say_json({"types": types, "total": total, "batch": batch or None, "dry_run": arguments.dry_run})
        return 0
    for line in _counts(app, found):
        say(line)
    if arguments.dry_run:
        return 0
    say(ngettext("{count} record handed over", "{count} records handed over", total).format(count=f"{total:,}"))
    if batch:
        say(_("Taken back by: crm-desktop user take-back {batch}").format(batch=batch))
    return 0


def take_back_all(arguments: argparse.Namespace) -> int:
    """`user take-back`: what was handed over in one act goes back to whom it belonged."""
    from crm_desktop.services.handing_over import take_back

    with opened(arguments) as app:
        total = take_back(app, arguments.batch)
    if arguments.json:
        say_json({"total": total})
    else:
        say(ngettext("{count} record given back", "{count} records given back", total).format(count=f"{total:,}"))
    return 0


def still_owned(app: Application, person: int) -> list[str]:
    """What still belongs to a person, a line for each type; nothing where nothing does."""
    from crm_desktop.services.handing_over import owned

    return _counts(app, owned(app, person))


def _counts(app: Application, found: Sequence[Portioned]) -> list[str]:
    lines = []
    for part in found:
        words = f"{_(app.type(part.type).plural)}: {part.count:,}"
        if part.kept:
            stays = ngettext(
                "{count} record stays: you may not hand it over.", "{count} records stay: you may not hand them over.", part.kept
            )
            words += f" ({stays.format(count=f'{part.kept:,}')})"
        lines.append(words)
    return lines


def _plan(app: Application, arguments: argparse.Namespace) -> Plan:
    from crm_desktop.services.explaining import find_user
    from crm_desktop.services.handing_over import Plan, Portion, can_be_handed_over

    if arguments.where and not arguments.type:
        raise Refused(_("--where needs --type: conditions are on the fields of one record type."))
    person, to = find_user(app, arguments.name), tuple(find_user(app, name) for name in arguments.to)
    if arguments.type:
        where = where_of(app, arguments.type, arguments.where)
        return Plan(person, (Portion(arguments.type, to, where),), along=not arguments.alone)
    kinds = [k.key for k in app.types.values() if can_be_handed_over(k) and app.actor.may(f"{k.key}.see")]
    return Plan(person, tuple(Portion(key, to) for key in kinds), along=not arguments.alone)
