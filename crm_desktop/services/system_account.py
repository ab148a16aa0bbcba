"""The account of the operating system in use, which can sign a person in by itself where the data lie on this PC."""

from __future__ import annotations

import ctypes
import getpass
import os
import platform
import sys
from dataclasses import dataclass
from typing import Any

_TOKEN_QUERY, _TOKEN_USER = 0x0008, 1


@dataclass(frozen=True)
class Account:
    """An account. key: what tells it apart for good: a Windows SID, elsewhere the PC and the number of the user."""

    key: str
    label: str


def current() -> Account | None:
    """The account this program runs under; None where the system does not say."""
    label = _name()
    if sys.platform == "win32":
        sid = _windows_sid()
        return Account(sid, label) if sid else None
    return Account(f"{platform.node()}:{os.getuid()}", label)


def _name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without names for its users
        return ""


def _windows_sid() -> str:
    """The SID of the process's user, such as S-1-5-21-…-1001; "" where Windows does not give it."""
    windll: Any = getattr(ctypes, "windll", None)
    if windll is None:
        return ""
    kernel, advapi = windll.kernel32, windll.advapi32
    handle = ctypes.c_void_p
    kernel.GetCurrentProcess.restype = handle
    kernel.CloseHandle.argtypes = [handle]
    kernel.LocalFree.argtypes = [handle]
    advapi.OpenProcessToken.argtypes = [handle, ctypes.c_uint32, ctypes.POINTER(handle)]
    advapi.GetTokenInformation.argtypes = [
        handle, ctypes.c_int, handle, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)
    ]  # fmt: skip
    advapi.ConvertSidToStringSidW.argtypes = [handle, ctypes.POINTER(handle)]
    token = handle()
    if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)):
        return ""
    try:
        size = ctypes.c_uint32()
        advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        if not size.value:
            return ""
        room = ctypes.create_string_buffer(size.value)
        if not advapi.GetTokenInformation(token, _TOKEN_USER, room, size, ctypes.byref(size)):
            return ""
        sid = ctypes.cast(room, ctypes.POINTER(handle))[0]  # TOKEN_USER begins with a pointer to the SID
        text = handle()
        if not advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)) or not text.value:
            return ""
        try:
            return ctypes.wstring_at(text.value)
        finally:
            kernel.LocalFree(text)
    finally:
        kernel.CloseHandle(token)
