"""What a database fault means to a person: the one place where db/errors.py becomes words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crm_desktop.application import Application
from crm_desktop.errors import Away, Cancelled, Invalid, KeyNeeded, Refused, Told, Unavailable
from crm_desktop.words import _
from db import errors as fault
from db.server import GONE


def _duplicate(app: Application, error: fault.Duplicate) -> Told:
    kind = next((t for t in app.types.values() if t.model.__tablename__ == error.table), None)
    if kind is None:
        return Unavailable(_("This exists already."))
    # SQLite names the columns; PostgreSQL joins them in the constraint's name, see db/base.py.
    named = "_".join(error.columns)
    fields = [n for n in kind.fields if named == n or named.startswith(f"{n}_") or n in error.columns]
    name = fields[0] if fields else ""
    label = _(kind.fields[name].label) if name else _(kind.title)
    return Invalid({name: _("This {field} exists already.").format(field=label)})


def words_for(app: Application, error: fault.DatabaseFault) -> Told:
    """The told error behind a database fault."""
    match error:
        case fault.Duplicate():
            return _duplicate(app, error)
        case fault.StillReferenced():
            return Refused(_("Other records still point to this one."), _("Delete or change those first."))
        case fault.Denied():
            return Refused(_("The server does not let you do this."), _("Ask your administrator for the right to do it."))
        case fault.Busy():
            return Unavailable(_("Someone else is saving at this moment."), _("Nothing was lost. Please try again."))
        case fault.Interrupted():
            return Cancelled()
        case fault.DiskFull():
            return Unavailable(_("The disk is full."), _("Nothing was saved. Free some space and save again."))
        case fault.ReadOnly() if GONE in str(error):
            return Unavailable(
                _("The office's data have moved to another PC."),
                _("Nothing is saved here any more; what you typed is still here. Sign out and in again: the program follows by itself."),
            )
        case fault.ReadOnly():
            return Unavailable(
                _("The data folder cannot be written to."), _("Nothing was saved. Check the folder's permissions.")
            )
        case fault.Corrupt():
            return Unavailable(_("The database file is damaged."), _("Close the program and restore the last backup."))
        case fault.NoKey():
            return KeyNeeded(
                _("The database is encrypted, and this PC does not have its key."),
                _("Enter the recovery key: it is on the recovery sheet that was printed when encryption was turned on."),
            )
        case fault.WrongKey():
            return KeyNeeded(
                _("The database is encrypted with another key than the one of this PC."),
                _("Enter the recovery key that belongs to this database; sheets of other databases or of earlier keys do not fit."),
            )
        case fault.Foreign():
            return Unavailable(
                _("This database belongs to another program."), _("It was left as it is. Choose another folder.")
            )
        case fault.Newer():
            return Unavailable(
                _("This database was made by a newer version of the program."), _("Please update this PC's program.")
            )
    return Unavailable(
        _("The database does not answer."), _("What you typed is still here. Please try again in a moment.")
    )


def no_answer() -> Away:
    """What is said while a server is away."""
    return Away(
        _("The server does not answer."),
        _("What is loaded can still be read. The program goes on by itself when the server is back."),
    )


@contextmanager
def told(app: Application) -> Iterator[None]:
    """Turn database faults into words."""
    try:
        yield
    except fault.Unreachable as error:
        if app.watch is None:
            raise words_for(app, error) from error
        app.watch.doubt()
        raise no_answer() from error
    except fault.DatabaseFault as error:
        raise words_for(app, error) from error
