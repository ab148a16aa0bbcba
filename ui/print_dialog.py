"""placeholder"""
from __future__ import annotations


def printable(kind): return False
def print_record(*a): pass
