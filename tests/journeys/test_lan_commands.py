"""The commands of the office network on a real server: shared, joined, backed up and brought back, moved, and ended."""

from __future__ import annotations

import io
import json
import platform
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from lan_makers import PASSWORD, TestOffice, an_office
from postgres_server import Server, _free_port
from record_makers import customer

from crm_desktop import __main__
from crm_desktop.filters import ListQuery
from crm_desktop.lan import connection as ways
from crm_desktop.lan.cluster import SUPERUSER
from crm_desktop.lan.waking import cluster_of
from crm_desktop.services.listing import fetch_page
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.services.opening import database_path

HERE = ("--network", "127.0.0.2/8")
Said = tuple[int, str, str]


def run(data: Path, *words: str, typed: str = "", language: str = "en") -> Said:
    """Run a command; gives exit code, output and complaints."""
    out, err, stdin = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(typed)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = __main__.main(["--data", str(data), "--language", language, *words])
    finally:
        sys.stdin = stdin
    return code, out.getvalue(), err.getvalue()


def ann(data: Path, *words: str, more: str = "") -> Said:
    """The owner gives a command."""
    return run(data, "--user", "ann", "--password-stdin", *words, typed=f"{PASSWORD}\n{more}")


def answer(said: Said) -> Any:
    assert said[0] == 0, said
    return json.loads(said[1])


class Shared(TestOffice):
    """An office that was shared by command; first: the passwords for the first sign-in."""

    first: dict[str, str]


def shared_by_command(made: TestOffice) -> Shared:
    office = Shared(made.folder)
    office.begin().close()
    words = ("--password-stdin", "lan", "share", "--port", str(_free_port()), *HERE, "--json")
    facts = answer(run(office.host, *words, typed=f"{PASSWORD}\n"))
    assert (facts["part"], facts["answers"], facts["hosts"][0]) == ("host", True, "127.0.0.2") and facts["rows"] > 0
    assert Path(facts["kept_file"]).exists() and not database_path(office.host).exists()
    assert len(list((office.host / "backups").glob("*.crmbackup"))) == 1, "a backup comes first"
    office.first = {p["sign_in"]: p["password"] for p in facts["first_passwords"]}
    assert set(office.first) == {"bob", "cho"}
    return office


@pytest.fixture(scope="module")
def office() -> Iterator[Shared]:
    with an_office() as made:
        yield shared_by_command(made)


@pytest.fixture
def fresh() -> Iterator[Shared]:
    with an_office() as made:
        yield shared_by_command(made)


def names(office: TestOffice, data: Path | None = None) -> list[str]:
    app = office.enter(data)
    found = [row[0] for row in fetch_page(app, ListQuery("customers", ("name",), order=("name",))).rows]
    app.close()
    return found


def test_the_host_says_how_it_stands_and_is_shared_once(office: Shared) -> None:
    facts = answer(run(office.host, "lan", "status", "--json"))
    assert facts["part"] == "host" and facts["answers"] and len(facts["digits"].split()) == 3
    code, out, _err = run(office.host, "lan", "status")
    assert code == 0 and f"127.0.0.2:{facts['port']}" in out and facts["digits"] in out
    assert "本机是“百川贸易”的主机" in run(office.host, "lan", "status", language="zh_CN")[1]
    code, _out, err = run(office.host, "--password-stdin", "lan", "share", *HERE, typed=f"{PASSWORD}\n")
    assert code == 1 and "shares already" in err
    assert answer(run(office.member("nobody"), "lan", "status", "--json")) == {"part": "alone"}


def test_a_second_pc_joins_by_file_and_by_address_works_and_leaves(office: Shared) -> None:
    member, file = office.member("second"), office.folder / "office.crmjoin"
    assert run(office.host, "lan", "write-join-file", str(file))[0] == 0
    assert answer(run(member, "lan", "join-file", str(file), "--json"))["part"] == "member"
    assert json.loads(ann(member, "list", "customers", "--json")[1])
    code, _out, err = run(member, "list", "customers")
    assert code == 4 and "--user" in err
    code, out, _err = run(member, "lan", "status")
    assert code == 0 and "has joined" in out and "Not encrypted" in out
    code, _out, err = run(member, "backup", "run-due")
    assert code == 4 and "The host makes" in err
    assert "works alone" in run(member, "lan", "stop")[1]
    port = office.connection.port
    assert "Not encrypted" in run(member, "lan", "join", f"127.0.0.2:{port}")[1]
    assert json.loads(ann(member, "list", "customers", "--json")[1])
    assert run(member, "lan", "stop")[0] == 0 and run(member, "lan", "stop")[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("join", "127.0.0.1:9"), "Nobody answers"),
        (("join", "8.8.8.8"), "no address of an office network"),
        (("join", "not an address"), "address"),
        (("join-file", "none.crmjoin"), "cannot be read"),
        (("use", "postgresql://nobody"), "postgresql://"),
        (("use", "postgresql://boss:x@127.0.0.1:9/crm"), "Nobody answers"),
        (("move-here", *HERE), "neither shares nor has joined"),
        (("upgrade",), "neither shares nor has joined"),
        (("stop",), "neither shares nor has joined"),
        (("start",), "neither shares nor has joined"),
        (("share", "--network", "8.8.8.8/8"), "no office network"),
        (("share", "--network", "nonsense"), "no address with its network"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, _out, err = run(tmp_path, "lan", *words)
    assert code == 1 and said in err
    assert ways.kept(tmp_path) is None


def test_a_whole_office_is_brought_back_by_command_from_another_pc(office: Shared) -> None:
    member, file = office.member("third"), office.folder / "third.crmjoin"
    run(office.host, "lan", "write-join-file", str(file))
    assert run(member, "lan", "join-file", str(file))[0] == 0
    before, stick = names(office), office.folder / "stick"
    made = answer(ann(member, "backup", "create", "--to", str(stick), "--encrypt", "--json", more="a long passphrase\n"))
    assert made["encrypted"] and made["verified_at"]
    app = office.enter(member)
    customer(app, "Typed since")
    app.close()

    lines = "a long passphrase\n"
    facts = answer(ann(member, "restore", made["file"], "--passphrase-stdin", "--inspect", "--json", more=lines))
    counted = next(r for r in facts["records"] if r["type"] == "customers")
    assert (counted["in_backup"], counted["today"]) == (1, 2)
    assert names(office) == [*before, "Typed since"], "looking changes nothing"

    code, _out, err = ann(member, "restore", made["file"], "--passphrase-stdin", more="a wrong one\n")
    assert code == 1 and "passphrase is wrong" in err
    app = office.enter(member, "bob", office.first["bob"], new="bobs-own-long-one")
    app.close()
    lines = f"bobs-own-long-one\n{lines}"
    assert run(member, "--user", "bob", "--password-stdin", "restore", made["file"], "--passphrase-stdin", typed=lines)[0] == 1
    assert names(office) == [*before, "Typed since"], "a salesperson may not"

    done = answer(ann(member, "restore", made["file"], "--passphrase-stdin", "--json", more="a long passphrase\n"))
    assert names(office) == before
    assert Path(done["kept"]).is_relative_to(member), "today's state was kept first"
    assert ann(member, "restore", done["kept"])[0] == 0
    assert "Typed since" in names(office)


@pytest.mark.slow
def test_the_office_moves_to_another_pc_and_the_others_follow(fresh: Shared) -> None:
    second, third, file = fresh.member("second"), fresh.member("third"), fresh.folder / "office.crmjoin"
    second.chmod(0o755)
    run(fresh.host, "lan", "write-join-file", str(file))
    for member in (second, third):
        assert run(member, "lan", "join-file", str(file))[0] == 0
    was = cluster_of(fresh.connection)
    words = ("lan", "move-here", "--port", str(_free_port()), "--network", "127.0.0.3/8", "--json")
    facts = answer(ann(second, *words))
    assert facts["part"] == "host" and facts["hosts"][0] == "127.0.0.3" and facts["rows"] > 0
    app = fresh.enter(second)
    customer(app, "Since the move")
    app.close()
    assert json.loads(ann(second, "backup", "status", "--json")[1])["pc"] == platform.node(), "the host makes the planned backups"
    # The PC that was the host never again backs up what stayed behind as if it were the office's.
    before = sorted((fresh.host / "backups").iterdir())
    code, _out, err = run(fresh.host, "backup", "run-due")
    assert code == 1 and "moved to 127.0.0.3" in err and sorted((fresh.host / "backups").iterdir()) == before
    code, _out, err = ann(third, "list", "customers")
    assert code == 1 and "moved to 127.0.0.3" in err
    for old in (third, fresh.host):
        assert ways.kept(old) is not None and ways.kept(old).part == "member"  # type: ignore[union-attr]
        assert "Since the move" in ann(old, "list", "customers", "--json")[1]
    assert was.running(), "whoever was away still learns from it where the data are"
    assert run(fresh.host, "lan", "stop")[0] == run(third, "lan", "clear-away")[0] == 1
    assert Path(answer(run(fresh.host, "lan", "clear-away", "--json"))["kept_folder"]).exists() and not was.running()
    assert run(fresh.host, "lan", "stop")[0] == 0

    # And from there back to a single PC.
    alone = answer(ann(second, "lan", "stop", "--json"))
    assert Path(alone["kept_folder"]).exists() and len(alone["recovery_codes"]) == 10
    assert "Since the move" in ann(second, "list", "customers", "--json")[1]
    assert ann(third, "list", "customers")[0] == 1


def test_a_server_that_stands_already_is_set_up_and_used_by_an_administrator_who_is_no_superuser(postgres: Server, tmp_path: Path) -> None:
    postgres.run("CREATE ROLE it_admin LOGIN CREATEDB CREATEROLE PASSWORD 'its-own'")
    url = f"postgresql://it_admin@127.0.0.1:{postgres.port}/office_by_command"
    office = TestOffice(tmp_path)
    office.begin().close()
    lines = f"its-own\n{PASSWORD}\n"
    code, _out, err = run(office.host, "--password-stdin", "lan", "use", url, typed=f"wrong\n{PASSWORD}\n")
    assert code == 1 and "does not let it_admin in" in err
    code, _out, err = run(office.host, "--password-stdin", "lan", "use", url.replace("office_by_command", "postgres"), typed=lines)
    assert code == 1 and "belongs to another program" in err
    assert ways.kept(office.host) is None and database_path(office.host).exists()
    facts = answer(run(office.host, "--password-stdin", "lan", "use", url, "--json", typed=lines))
    assert (facts["part"], facts["answers"]) == ("member", True) and Path(facts["kept_file"]).exists()
    assert facts["owner"] == "ann", "no list of people is shown before the sign-in: the owner has to know the name to type"
    assert "its-own" not in (office.host / "settings.json").read_text(encoding="utf-8"), "the administrator's password is kept nowhere"
    assert names(office) == ["Harbour 海港"]
    second = office.member("second")
    assert answer(run(second, "--password-stdin", "lan", "use", url, "--json", typed=lines))["office"] == "百川贸易"
    app = office.enter(second)
    customer(app, "From the second PC")
    app.close()
    assert "From the second PC" in names(office)
    assert ann(second, "backup", "create", "--to", str(tmp_path / "stick"))[0] == 0


def test_an_owner_who_lost_the_password_gets_one_on_the_host_only(fresh: Shared) -> None:
    member = fresh.member("elsewhere")
    assert run(member, "lan", "join", f"127.0.0.2:{fresh.connection.port}")[0] == 0
    code, _out, err = run(member, "lan", "owner-password", "ann")
    assert code == 1 and "not the host" in err
    code, _out, err = run(fresh.host, "lan", "owner-password", "bob")
    assert code == 1 and "no owner" in err
    assert "no active user" in run(fresh.host, "lan", "owner-password", "nobody")[2]
    word = answer(run(fresh.host, "lan", "owner-password", "ann", "--json"))["one_time_password"]
    assert ann(fresh.host, "list", "customers")[0] == 4, "the old one is good for nothing"
    code, _out, err = run(fresh.host, "--user", "ann", "--password-stdin", "list", "customers", typed=f"{word}\n")
    assert code == 4 and "choose a password" in err, "nor does the new one open anything by itself"
    app = fresh.enter(member, "ann", word, new="anns-new-and-long-one")
    told = fetch_log(app, LogQuery(action="password_reset")).entries[0]
    assert (told.who, told.label) == ("Administrator of the server", "Ann")
    app.close()
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{fresh.connection.port}/{fresh.connection.database}"
    secret = ways.secret(fresh.host, ways.SUPERUSER)
    words = ("--password-stdin", "lan", "owner-password", "ann", "--url", url, "--json")
    assert run(member, *words, typed="wrong\n")[0] == 1
    assert answer(run(member, *words, typed=f"{secret}\n"))["one_time_password"] != word
