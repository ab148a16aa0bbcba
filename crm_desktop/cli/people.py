"""crm-desktop user: people, their positions and passwords, from where they sign in, for scripts and administrators.

A password that is to be used is never an argument, where other programs of the PC could read it: it comes from standard input, from
the credential store, or is typed. One that the program makes is said once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import say, say_json, say_table
from crm_desktop.cli.handing_over import hand_over_all, still_owned, take_back_all
from crm_desktop.cli.opening import VAULT, data_of, line_of_input, name_of, open_here, opened, password_of, vault_name
from crm_desktop.errors import FirstPassword, Missing, NotSignedIn, Refused
from crm_desktop.words import _, language

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.draft import Line


def user(arguments: argparse.Namespace) -> int:
    """One of the commands below `user`."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list, "add": _add, "disable": _switch, "enable": _switch, "hand-over": hand_over_all,
        "take-back": take_back_all, "reset-password": _reset, "unlock": _unlock,
        "set-position": _set_position, "limits": _limits, "pcs": _pcs, "turn-on": _turn_on, "turn-off": _turn_off,
        "recovery-codes": _codes, "change-password": _change, "remember": _remember, "forget": _forget,
    }  # fmt: skip
    return steps[arguments.step](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.credentials import states

    with opened(arguments) as app:
        found = states(app)
    if arguments.json:
        say_json(
            [
                {
                    "name": s.name, "sign_in": s.sign_in, "active": s.active, "password": s.password, "must_change": s.must_change,
                    "locked_until": _iso(s.locked_until), "last_sign_in": _iso(s.last_sign_in), "recovery_codes": s.codes,
                }
                for s in found
            ]
        )  # fmt: skip
        return 0
    rows = [(s.sign_in, s.name, _state(s), f"{s.last_sign_in.astimezone():%Y-%m-%d %H:%M}" if s.last_sign_in else "") for s in found]
    say_table([_("Sign-in name"), _("Full name"), _("State"), _("Last sign-in")], rows)
    return 0


def _state(state: Any) -> str:
    if not state.active:
        return _("switched off")
    if state.locked_until:
        return _("locked until {time}").format(time=f"{state.locked_until.astimezone():%H:%M}")
    return _("first password") if state.must_change else _("has a password") if state.password else _("no password")


def _add(arguments: argparse.Namespace) -> int:
    from crm_desktop.draft import Ref
    from crm_desktop.services import saving
    from crm_desktop.services.credentials import is_required, reset
    from crm_desktop.services.seeding import sign_in_name

    with opened(arguments) as app:
        values: dict[str, Any] = {"name": arguments.name, "sign_in": arguments.sign_in or _free(app, sign_in_name(arguments.name))}
        if arguments.department:
            values["department_id"] = Ref(_one(app, "departments", arguments.department))
        draft = saving.new_draft(app, "users", values)
        draft.lines = _posts(app, arguments.position)
        saved = saving.save(app, draft, origin="command")
        word = reset(app, saved.id or 0) if is_required(app) else ""
    if arguments.json:
        say_json({"id": saved.id, "name": arguments.name, "sign_in": saved.values["sign_in"], "one_time_password": word or None})
        return 0
    say(_("{name} was added, with the sign-in name {sign_in}.").format(name=arguments.name, sign_in=saved.values["sign_in"]))
    _say_once(word)
    return 0


def _free(app: Application, wanted: str) -> str:
    from crm_desktop.services.saving import find_ids

    made, at = wanted, 1
    while find_ids(app, "users", made):
        at += 1
        made = f"{wanted}{at}"
    return made


def _switch(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import saving

    on = arguments.step == "enable"
    with opened(arguments) as app:
        draft = saving.open_record(app, "users", _who(app, arguments))
        draft.values["active"] = on
        saving.save(app, draft, origin="command")
        left = [] if on else still_owned(app, draft.id or 0)
    code = _done(arguments, _("{name} is switched on.") if on else _("{name} is switched off."))
    if left and not arguments.json:
        say(_("Still in the hands of {name}; “user hand-over” gives it to others:").format(name=arguments.name))
        for line in left:
            say(f"  {line}")
    return code


def _reset(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.credentials import reset

    with opened(arguments) as app:
        word = reset(app, _who(app, arguments))
    if arguments.json:
        say_json({"name": arguments.name, "one_time_password": word})
    else:
        _say_once(word)
    return 0


def _unlock(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.credentials import unlock

    with opened(arguments) as app:
        unlock(app, _who(app, arguments))
    return _done(arguments, _("{name} can sign in again."))


def _set_position(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import saving

    with opened(arguments) as app:
        draft = saving.open_record(app, "users", _who(app, arguments))
        draft.lines = _posts(app, arguments.position)
        saving.save(app, draft, origin="command")
    return _done(arguments, _("The positions of {name} were changed."))


def _limits(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import sign_in_limits

    wanted = {
        "hours": arguments.hours, "networks": arguments.networks, "idle_minutes": arguments.idle,
        "enrolled_only": arguments.enrolled_only,
    }  # fmt: skip
    given = {name: value for name, value in wanted.items() if value is not None}
    with opened(arguments) as app:
        person = _who(app, arguments)
        found = sign_in_limits.read(app, "user", person)
        if given:
            found = replace(found, **given)
            sign_in_limits.write(app, "user", person, found)
    if arguments.json:
        say_json(vars(found))
        return 0
    any_ = _("any")
    say(_("Hours: {text}").format(text=found.hours or any_))
    say(_("Networks: {text}").format(text=found.networks or any_))
    say(_("PCs: {text}").format(text=_("approved ones only") if found.enrolled_only else any_))
    say(_("Locks after minutes: {text}").format(text=found.idle_minutes or _("as the company says")))
    return 0


def _pcs(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import devices

    with opened(arguments) as app:
        for id_, state in ((arguments.approve, "approved"), (arguments.refuse, "refused")):
            if id_ is not None:
                devices.decide(app, id_, state)
        found = devices.listed(app)
    if arguments.json:
        say_json([{"id": d.id, "name": d.name, "state": d.state, "asked_by": d.asked_by, "seen_at": _iso(d.seen_at)} for d in found])
        return 0
    say_table([_("No."), _("PC"), _("State"), _("Asked by")], [(str(d.id), d.name, _(devices.STATES[d.state]), d.asked_by) for d in found])
    return 0


# The own password


def _turn_on(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import credentials

    _may_write(arguments.output)
    with opened(arguments) as app:
        codes = credentials.turn_on(app, _new_password(_("New password: ")))
        _give_codes(app, arguments, codes)
    if not arguments.json:
        say(_("Sign-in is on: from now on every command needs --user, and the window asks for a name and a password."))
    return 0


def _turn_off(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.credentials import turn_off

    with opened(arguments) as app:
        turn_off(app)
    return _done(arguments, _("Sign-in is off."))


def _codes(arguments: argparse.Namespace) -> int:
    from crm_desktop.services.credentials import new_codes

    _may_write(arguments.output)
    with opened(arguments) as app:
        _give_codes(app, arguments, new_codes(app))
    return 0


def _change(arguments: argparse.Namespace) -> int:
    """Also for a one-time password, which opens nothing before another one was chosen."""
    from crm_desktop.services import credentials, signing_in

    name = name_of(arguments)
    if not name:
        raise NotSignedIn(_("Say whose password is changed: --user with your sign-in name."))
    old = password_of(arguments, name)
    app = open_here(arguments)
    try:
        if not signing_in.needed(app):
            raise Refused(_("Sign-in is off."), _("An owner turns it on, with a password of their own."))
        try:
            signing_in.sign_in(app, name, old)
        except FirstPassword:
            signing_in.sign_in(app, name, old, new=_new_password(_("New password: ")))
        else:
            credentials.change_own(app, old, _new_password(_("New password: ")))
    finally:
        app.close()
    return _done(arguments, _("The password was changed."))


def _remember(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import vault

    name = name_of(arguments)
    if not name:
        raise NotSignedIn(_("Say whose password is remembered: --user with your sign-in name."))
    word = password_of(arguments, name)
    _try(arguments, name, word)
    vault.keep(VAULT, vault_name(data_of(arguments), name), word)
    return _done(arguments, _("This PC remembers the password for commands."))


def _try(arguments: argparse.Namespace, name: str, word: str) -> None:
    """Raise NotSignedIn for a password that is not right: a wrong one must not be remembered."""
    from crm_desktop.services import signing_in

    app = open_here(arguments)
    try:
        if not signing_in.needed(app):
            raise Refused(_("Sign-in is off."), _("An owner turns it on, with a password of their own."))
        signing_in.sign_in(app, name, word)
    finally:
        app.close()


def _forget(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import vault

    name = name_of(arguments)
    if not vault.forget(VAULT, vault_name(data_of(arguments), name)):
        raise Missing(_("This PC remembers no password of {name}.").format(name=name))
    return _done(arguments, _("This PC has forgotten the password."))


# What they share


def _who(app: Application, arguments: argparse.Namespace) -> int:
    from crm_desktop.services.explaining import find_user

    return find_user(app, arguments.name)


def _posts(app: Application, names: Sequence[str]) -> list[Line]:
    """Lines of a user for positions named by name or key. Raises Missing."""
    from crm_desktop.draft import Ref
    from crm_desktop.services import saving
    from crm_desktop.services.listing import ListQuery, iterate

    known = [row for rows in iterate(app, ListQuery("positions", ("name", "key"))) for row in rows]
    lines = []
    for name in names:
        ids = [row[-1] for row in known if name in row[:2]]
        if not ids:
            raise Missing(
                _("There is no position “{name}”.").format(name=name),
                _("Known are: {keys}.").format(keys=", ".join(row[0] for row in known)),
            )
        line = saving.new_line(app.type("users"))
        line.values["position_id"] = Ref(ids[0])
        lines.append(line)
    return lines


def _one(app: Application, type_key: str, name: str) -> int:
    from crm_desktop.services.saving import find_ids

    ids = find_ids(app, type_key, name)
    if not ids:
        raise Missing(_("There is no {type} “{text}”.").format(type=_(app.type(type_key).title).lower(), text=name))
    return ids[0]


def _new_password(prompt: str) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        return line_of_input()
    first = getpass.getpass(prompt)
    if getpass.getpass(_("The same again: ")) != first:
        raise Refused(_("The two are not the same."), _("Nothing was changed."))
    return first


def _may_write(file: Path | None) -> None:
    """Before codes are made that nobody would see."""
    if file is not None and not file.expanduser().resolve().parent.is_dir():
        raise Missing(_("There is no folder {folder}.").format(folder=file.expanduser().resolve().parent))


def _give_codes(app: Application, arguments: argparse.Namespace, codes: Sequence[str]) -> None:
    from crm_desktop import settings as s
    from crm_desktop.printing.code_sheet import code_sheet
    from crm_desktop.services.settings_store import settings_of

    if arguments.json:
        say_json({"recovery_codes": list(codes)})
    if arguments.output is not None:
        company = settings_of(app).get(s.COMPANY_NAME)
        pdf = code_sheet(company, app.actor.name, codes, dt.date.today(), language())
        arguments.output.expanduser().resolve().write_bytes(pdf)
        if not arguments.json:
            say(_("The recovery codes are in {file}: print it, put it away, and delete the file.").format(file=arguments.output))
    elif not arguments.json:
        say(_("The recovery codes, said once. Each is good once; put them away where no stranger finds them:"))
        for code in codes:
            say(f"  {code}")


def _say_once(word: str) -> None:
    if word:
        say(_("The one-time password, said once: {word}").format(word=word))
        say(_("It is good for seven days, and only for choosing another one."))


def _done(arguments: argparse.Namespace, words: str) -> int:
    if arguments.json:
        say_json({"done": True})
    else:
        say(words.format(name=getattr(arguments, "name", "")))
    return 0


def _iso(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds") if at else None
