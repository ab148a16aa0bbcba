"""Sets the program up and starts it, with nothing but Python on the machine.

    python start.py             opens the program; on a Linux without a display it makes a tour in pictures instead
    python start.py test ...    runs the test suite, with the arguments for pytest
    python start.py ARGS ...    the command line of the program, see: python start.py --help

The first start makes `.venv` beside this file and installs the locked packages into it, each checked against its hash.
Where they come from is pip's business: a mirror or proxy in the person's own pip settings is used as it stands.
This file uses the standard library only, and keeps to a syntax that older Pythons can read, so that it can tell them.
"""

import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "installed.json"
LOCKS = {"runtime": ROOT / "requirements" / "runtime.txt", "dev": ROOT / "requirements" / "dev.txt"}
WINDOWS = os.name == "nt"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")
INSTALLING = "installing"


class CannotStart(Exception):
    """Something a person can put right; the text says what."""


def main(arguments):
    """Set up what is needed, run it, and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that is not UTF-8 must survive Chinese
            stream.reconfigure(errors="backslashreplace")
    try:
        check_python()
        if arguments[:1] == ["test"]:
            prepare("dev")
            return run(["-m", "pytest", *test_arguments(arguments[1:])], folder=ROOT)
        prepare("runtime")
        if not arguments and not has_display():
            return tour()
        return run(["-m", "crm_desktop", *arguments])
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def check_python():
    """Refuse a Python that the program cannot run on, before anything is made."""
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        raise CannotStart(
            say(
                "CRM Desktop needs Python 3.11 or newer; this is Python {}. Please install a newer one.",
                "CRM Desktop 需要 Python 3.11 或更高版本，当前是 Python {}。请安装新版本后重新启动。",
            ).format(found)
        )
    if sys.maxsize < 2**32:
        raise CannotStart(
            say(
                "CRM Desktop needs a 64-bit Python; this one has 32 bits. Please install the 64-bit version.",
                "CRM Desktop 需要 64 位的 Python，当前是 32 位。请安装 64 位版本。",
            )
        )


def prepare(lock):
    """Make sure that the environment holds the packages of `lock`; costs nothing when it does already."""
    if is_ready(lock):
        return
    with only_one():
        if is_ready(lock):  # another start has done it while this one waited
            return
        if not environment_works():
            print(
                say(
                    "Setting up CRM Desktop. This is done once and takes a few minutes.",
                    "正在准备 CRM Desktop，仅首次启动需要，请稍候几分钟。",
                ),
                flush=True,
            )
            make_environment()
        done = read_stamp()
        write_stamp({INSTALLING: lock})
        install(LOCKS[lock])
        done[lock] = digest(LOCKS[lock])
        if lock == "dev":  # it contains the other one
            done["runtime"] = digest(LOCKS["runtime"])
        write_stamp(done)


def is_ready(lock):
    """Whether the packages of `lock` were installed completely, for the Python that is still there."""
    return PYTHON.exists() and base_python_exists() and read_stamp().get(lock) == digest(LOCKS[lock])


def base_python_exists():
    """Whether the Python that the environment was made from is still installed; on Windows its launcher outlives it."""
    try:
        settings = (ENVIRONMENT / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    pairs = (line.partition("=") for line in settings.splitlines())
    home = {name.strip(): value.strip() for name, _, value in pairs}.get("home")
    return bool(home) and Path(home).is_dir()


def environment_works():
    """Whether the environment can be installed into: whole, not left behind by a set-up that was cut off."""
    if INSTALLING in read_stamp() or not PYTHON.exists() or not base_python_exists():
        return False
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(PYTHON), "-c", code], stderr=subprocess.DEVNULL, check=False).returncode == 0


def make_environment():
    """A fresh environment; what is left of an old one goes away."""
    try:
        if ENVIRONMENT.exists():
            shutil.rmtree(str(ENVIRONMENT))
        command = [sys.executable, "-m", "venv", str(ENVIRONMENT)]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise cannot_write(ENVIRONMENT, error) from error
    if made.returncode == 0:
        return
    shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
    if b"ensurepip" in made.stdout and shutil.which("apt-get"):
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise CannotStart(
            say(
                "Your Python lacks its tool for environments. This line installs it:\n    sudo apt-get install {}",
                "系统的 Python 缺少创建虚拟环境的组件，请用下面的命令安装：\n    sudo apt-get install {}",
            ).format(package)
        )
    raise CannotStart(
        say("The environment could not be made:", "无法创建虚拟环境：") + "\n" + made.stdout.decode("utf-8", "replace")
    )


def cannot_write(folder, error):
    """The error to raise where a folder of the program cannot be written."""
    return CannotStart(
        say(
            "The folder {0} cannot be written ({1}). Close the program if it is open, or move its folder to a place"
            " where you may write.",
            "无法写入文件夹 {0}（{1}）。如果程序正在运行，请先关闭，或把程序文件夹移到可写的位置。",
        ).format(folder, error.strerror or error)
    )


def install(lock):
    """Install the packages of `lock` with pip, telling on one line how far it is."""
    total = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-input"]
    command += ["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off", "-r", str(lock)]
    environment = dict(os.environ, PYTHONUTF8="1")
    environment.pop("PYTHONPATH", None)  # what lies elsewhere is not installed here
    pip = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        close_fds=WINDOWS,  # elsewhere pip holds the lock as well: should this process be killed, the next start waits
    )
    said, count = [], 0
    with pip:
        for raw in pip.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            said.append(line)
            if line.startswith("Collecting "):
                count += 1
                name = line.split()[1].partition("==")[0]
                progress(say("Packages", "软件包") + " {}/{}  {}".format(count, total, name))
            elif line.startswith("Installing "):
                progress(say("Installing ...", "正在安装……"))
    progress("")
    if pip.returncode:
        raise CannotStart(
            "\n".join(said[-15:])
            + "\n\n"
            + say(
                "The packages could not be installed; the lines above say why. Without a connection, start again when"
                " there is one. Python 3.11 to 3.14 on Windows and Linux are known to work; this is Python {}.",
                "软件包安装失败，原因见上面几行。如果没有网络，请联网后重新启动。"
                "已知可用的环境：Windows 或 Linux 上的 Python 3.11 至 3.14；当前是 Python {}。",
            ).format(".".join(map(str, sys.version_info[:3])))
        )


def progress(text):
    """Show `text` in place of the last such text, on a terminal only."""
    if sys.stdout is not None and sys.stdout.isatty():
        print("\r\033[K" + text if not WINDOWS else "\r" + text.ljust(60) + ("" if text else "\r"), end="", flush=True)


@contextmanager
def only_one():
    """One set-up at a time: a second start waits for the first. The system lets go of the lock when a process dies."""
    try:
        file = (ROOT / ".venv.lock").open("a+b")
    except OSError as error:
        raise CannotStart(
            say(
                "The folder {} cannot be written. Please move the program to a folder where you may write.",
                "文件夹 {} 不可写，请把程序移到可写的位置。",
            ).format(ROOT)
        ) from error
    with file:
        lock_file(file)
        yield


def lock_file(file):
    """Wait for the lock on an open file; closing the file frees it."""
    if not WINDOWS:
        import fcntl  # noqa: PLC0415 -- exists on this system only

        fcntl.flock(file, fcntl.LOCK_EX)
        os.set_inheritable(file.fileno(), True)
        return
    import msvcrt  # noqa: PLC0415 -- exists on Windows only

    while True:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            return
        except OSError:  # it gives up after ten seconds; a set-up takes longer
            continue


def read_stamp():
    """What was installed, by lock: its digest. Empty when nothing was, or the file is damaged."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp):
    """Remember `stamp`, whole or not at all."""
    new = STAMP.with_suffix(".new")
    try:
        new.write_text(json.dumps(stamp), encoding="utf-8")
        for _ in range(20):
            try:
                new.replace(STAMP)
                return
            except PermissionError:  # Windows: a virus scanner looks at what was just written
                time.sleep(0.1)
        new.replace(STAMP)
    except OSError as error:
        raise cannot_write(ENVIRONMENT, error) from error


def digest(lock):
    """The fingerprint of a lock file, the same whatever its line ends were turned into."""
    return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def test_arguments(arguments):
    """The whole suite runs on all processors; with arguments of one's own, pytest gets just these."""
    return arguments or ["-n", str(max(2, min(8, os.cpu_count() or 1))), "--dist", "worksteal"]


def has_display():
    """Whether a window can be seen; Windows and macOS always have a screen."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def tour():
    """The real window without a display, as pictures in a folder."""
    pictures = ROOT / "tour"
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(
        say(
            "There is no display here, so the program shows itself in pictures.",
            "当前没有显示器，程序将以图片形式展示自己。",
        ),
        flush=True,
    )
    language = "zh_CN" if speaks_chinese() else "en"
    code = run(["-m", "crm_desktop", "tour", "--output", str(pictures), "--language", language], wait=True)
    if code == 0:
        print(say("The pictures are in {}", "图片位于 {}").format(pictures))
    return code


def run(arguments, folder=None, wait=False):
    """Run the environment's Python and return its exit code; on Linux it takes the place of this process."""
    command = [str(PYTHON), "-P", *arguments]  # -P: a folder named db or ui where the person stands is not ours
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    if folder:
        os.chdir(str(folder))
    sys.stdout.flush()
    if not WINDOWS and not wait:
        os.execve(command[0], command, environment)
    program = subprocess.Popen(command, env=environment)
    while True:
        try:
            return program.wait()
        except KeyboardInterrupt:  # the program was told as well; it says goodbye in its own way
            continue


def say(english, chinese):
    """The text in the language of the person's system."""
    return chinese if speaks_chinese() else english


def speaks_chinese():
    """Whether the system of this person is set to any Chinese."""
    if WINDOWS:
        import ctypes  # noqa: PLC0415 -- slow to load, and only Windows asks this way

        return ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 0x04
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return (next(filter(None, names), None) or locale.getlocale()[0] or "").lower().startswith("zh")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
