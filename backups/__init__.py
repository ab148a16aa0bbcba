"""Floor 2: archives of whole databases, where and when they are made, and how they come back. Never Qt.

What the window and the commands call (everything may run on a worker thread; `settings` is a crm_desktop.settings.Settings, `now` is an
aware moment in local time and may be left out, `progress` a crm_desktop.progress.Progress). Errors for people are crm_desktop.errors.Told.

Where (targets.py, drives.py)
    Target(id, kind, name, path, drive, volume, rules, least_free, encrypt, on_plug, verify, active)
        kind: "folder" | "drive" | "share"; the one with id MAIN ("main") is where backups are made, the others get copies.
        path: absolute; for a drive the folder on it ("CRM backups"). least_free: MB that stay free. on_plug: copy when it is plugged in.
    targets_of(settings, data) -> list[Target]                 the main one first, always there
    store_targets(settings, data, targets) -> None             raises Refused for a target that makes no sense
    new_target(kind, name, path, drive=None) -> Target
    folder_of(target, drives=None) -> Path | None              where it is now; None: not connected
    room(folder) -> Room(free, total) | None                   bytes
    drives.connected() -> list[Drive(root, id, volume, label, free, total, removable)]
    drives.give_id(root) -> Drive        writes the small file by which a stick is known on every PC, under every letter
    drives.Arrivals().look() -> list[Drive]                    those that were plugged in since the last look; ask every few seconds

When (schedule.py, runs.py)
    Plan(times, hours, at_end, before_import, before_delete, drill)   times: tuple[dt.time, ...]; hours: every so many, 0 is never
    plan_of(settings) -> Plan ; store_plan(settings, plan) -> None ; times_text(times) -> str ; read_times(text) -> tuple (raises Invalid)
    due(plan, runs, now) -> str                                "daily", "hours" or ""
    next_due(plan, runs, now) -> datetime | None
    runs.Runs(data).read() -> Past(good, tried, failed, problem, drilled, copies)   what this PC did last: moments, and per target id

Doing (running.py, drill.py, before.py)
    back_up(app, settings, reason, progress=None, now=None) -> Run(backup, copies, removed)
        makes one in the main target, tries it, copies it to the other targets that are connected, thins out each by its own rules.
        reason: "hand" | "daily" | "hours" | "end" | "import" | "delete" | "restore" | "migration"
        copies: list[Copy(target, path, problem, advice, safe_to_remove)]; a copy that fails does not spoil the backup.
    run_due(app, settings, progress=None, now=None) -> Due(reason, run, why_not)    claims the turn first: one PC, one program at a time
    copy_to(app, settings, target, progress=None, now=None) -> Copy     brings a drive that was plugged in up to date: the last good backup
    drill.due(plan, runs, now) -> bool ; drill.drill(app, settings, progress=None, now=None) -> list[Drilled(backup, problem)]
    before.safety_backup(app, settings, what, records, progress=None) -> Path | None
        what: "import" | "delete"; None: not wanted, or made within the hour
    keeping.verify_and_mark(file, data, passphrase, progress) ; catalogue.mark_keep(file, keep) ; catalogue.list_backups(folder)

Looking at the whole (overview.py, concerns.py, watching.py)
    overview(app, settings, now=None) -> Overview(targets, last_good, last_good_at, next_due, running_pc, concerns, past)
        targets: list[TargetState(target, folder, room, backups, last_good)]; quick, reads no data of backups
    Concern(key, text, advice, grave, target_id)   text and advice are in the person's language; grave ones cannot be overlooked
        key: "none" | "old" | "missing" | "full" | "verification" | "passphrase" | "failed" | "changed"
    watching.Watch(folders, told) with start(), stop()         told(path, what): "gone" | "changed" | "new", on a thread of its own

Encrypting by itself (passphrase.py, recovery_sheet.py)
    passphrase.problem() -> str                                why none can be stored on this PC, "" when it can
    passphrase.stored(data) -> str | None ; passphrase.store(data, text) -> None (raises Unavailable) ; passphrase.forget(data)
    passphrase.suggest() -> str                                a strong one that can be typed
    recovery_sheet.recovery_sheet(company, passphrase, day, language) -> bytes      one page of PDF to print and put away

Without the window (task_scheduler.py)
    scheduler(data) -> Scheduler with name, install(plan), remove() -> bool, installed() -> str ("" or what stands), by_hand(plan) -> str
        raises Unavailable with `by_hand` as advice where the system has no such service

Looking into one, and bringing single records back (looking.py, bringing_back.py)
    look_into(file, data, actor, passphrase=None, progress=None) -> Looked      with .app: an Application that can be read only;
        .header ; .close() ; also a context manager. Lists, forms, search and files of it work as usual.
    bring_back(app, looked.app, type_key, ids, origin="") -> Brought(batch, ids, again, missing, present)
        ids: {type: [ids]} as they are now; again: records that got another id or number, in words; missing: references that lead
        nowhere today and stay empty, in words; present: records that are here already and were left alone.
    what_comes(app, looked.app, type_key, ids) -> dict[str, int]                how many of which type would come, to be shown before
    take_back(app, batch) -> int                                                undoes it

Letting go of a drive (ejecting.py)
    ejecting.can_eject() -> bool ; ejecting.eject(root) -> None      lets go of a drive; raises Unavailable while the system holds it

All of it back (keeping.restore_keeping for a data folder that nobody has open, keeping.replace_open for an open database such as a
server's) and what is in it (inspect.inspect_backup; inspect.inspect_beside next to all of an open database). open_url(before_upgrade=…)
takes before.migration_backup.
"""
