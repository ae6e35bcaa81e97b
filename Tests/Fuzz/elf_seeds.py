#!/usr/bin/env python3
"""Writes small ELF libraries for the fuzzer to start from: a sound one and one for each refusal.

    elf_seeds.py FOLDER           what fuzzing starts from
    elf_seeds.py --heavy FOLDER   large ones, whose reading took over 20 s or all memory once

A library that a compiler makes has 14 KB, of which the reader looks at few; these have 1 KB.
"""

import struct
import sys
from pathlib import Path

TEXT = b'actzoo 1\nplugin t version 1 license MIT\nactivation t/1 "T"\n  formula x\n'
ENTRY = b"actzoo_plugin_v1"


def library(
    text=TEXT,
    machine=62,
    kind=3,
    exports=(ENTRY,),
    dynamic=((1, 1),),
    extra=(),
    copies=1,
    order="<",
):
    """An ELF library as the host reads it: no code, one segment, the tables that are looked at.

    `extra` are further sections (name, type, address, bytes); `copies` counts the manifests.
    """
    names = b"\0libc.so.6\0"
    symbols = bytes(24)
    for export in exports:
        symbols += struct.pack("<IBBHQQ", len(names), 0x12, 0, 1, 64, 1)
        names += export + b"\0"
    entries = b"".join(struct.pack("<QQ", *entry) for entry in (*dynamic, (0, 0)))
    sections = [(".dynsym", 11, 0, symbols), (".dynstr", 3, 0, names)]
    sections += [(".actzoo.manifest", 1, 0, text)] * copies
    sections += [(".dynamic", 6, 0, entries), *extra]
    strings = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in sections) + b".shstrtab\0"
    sections.append((".shstrtab", 3, 0, strings))
    body = b""
    table = bytes(64)
    places = {}
    start = 64 + 2 * 56
    for name, sort, address, content in sections:
        places[name] = (start + len(body), len(content))
        link = 2 if sort in (6, 11) else 0
        offset, size = places[name]
        where = strings.index(b"\0" + name.encode() + b"\0") + 1
        table += struct.pack("<IIQQQQIIQQ", where, sort, 2, address, offset, size, link, 0, 1, 0)
        body += content + bytes(-len(content) % 8)
    offset, size = places[".dynamic"]
    whole = start + len(body)
    segments = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, whole, whole, 4096)
    segments += struct.pack("<IIQQQQQQ", 2, 6, offset, offset, offset, size, size, 8)
    header = b"\x7fELF" + bytes([2, 1 if order == "<" else 2, 1]) + bytes(9)
    header += struct.pack("<HHIQQQ", kind, machine, 1, 0, 64, whole)
    header += struct.pack("<IHHHHHH", 0, 64, 56, 2, 64, len(sections) + 1, len(sections))
    return header + segments + body + table


def seeds():
    """Name and bytes of every seed."""
    sound = library()
    yield "sound", sound
    yield "padded", library(text=TEXT + bytes(40))
    yield "isa", library(text=TEXT.replace(b"MIT", b"MIT isa x86-64-v3"))
    yield "aarch64", library(machine=183)
    yield "i386", library(machine=3)
    yield "big-endian", library(order=">")
    yield "program", library(kind=2)
    yield "no-manifest", library(copies=0)
    yield "two-manifests", library(copies=2)
    yield "two-texts", library(text=TEXT + bytes(8) + TEXT)
    yield "zero-inside", library(text=TEXT[:20] + b"\0" + TEXT[20:])
    yield "empty-text", library(text=bytes(8))
    yield "broken-text", library(text=TEXT + b"  param a\n")
    yield "runpath", library(dynamic=((29, 1),))
    yield "rpath", library(dynamic=((15, 1),))
    yield "constructors", library(dynamic=((25, 64), (27, 24)))
    yield "init", library(dynamic=((12, 64),))
    yield "crt-init", library(dynamic=((12, 64), (27, 8)), extra=((".init", 1, 64, b"\xc3"),))
    yield "no-entry", library(exports=())
    yield "other-export", library(exports=(ENTRY, b"helper"))
    yield "next-major", library(exports=(ENTRY, b"actzoo_plugin_v2", b"_edata"))
    yield "nobits", library(text=TEXT).replace(struct.pack("<II", 17, 1), struct.pack("<II", 17, 8))
    for part in (3, 20, 64, 200, len(sound) // 2, len(sound) - 1):
        yield f"cut-{part}", sound[:part]
    yield "text", TEXT
    yield "comment", b"# no activation\n" + TEXT


def relocated(file, table, count, tail):
    """`file` with `count` section headers ("sections") or segments at its end, then `tail`."""
    place, number = {"sections": (40, 60), "segments": (32, 56)}[table]
    changed = bytearray(file)
    struct.pack_into("<Q", changed, place, len(file))
    struct.pack_into("<H", changed, number, count)
    return bytes(changed) + tail


def heavy():
    """Name and bytes of libraries that say much with little: one large table, many times."""
    sound = library()
    end = len(sound)
    count, mebibyte = 65535, 1 << 20

    # Every section's name is the same mebibyte without a zero.
    header = struct.pack("<IIQQQQIIQQ", 0, 1, 2, 0, end + 64 * count, mebibyte, 0, 0, 1, 0)
    tail = header * count + b"n" * mebibyte
    named = bytearray(relocated(sound, "sections", count, tail))
    struct.pack_into("<H", named, 62, 0)
    yield "names", bytes(named)

    # Every segment is the same dynamic section of 65,536 entries.
    segment = struct.pack("<IIQQQQQQ", 2, 6, end + 56 * count, 0, 0, mebibyte, mebibyte, 8)
    entries = struct.pack("<QQ", 1, 1) * (mebibyte // 16)
    yield "dynamic", relocated(sound, "segments", count, segment * count + entries)

    # Every export, and there are 699,050, has the same name of 16 MiB.
    large = 1 << 24
    symbols = struct.pack("<IBBHQQ", 0, 0x12, 0, 1, 64, 1) * (large // 24)
    at = end + 64 * 5
    manifest = struct.unpack_from("<Q", sound, 40)[0] + 64 * 3
    names = struct.unpack_from("<Q", sound, 40)[0] + 64 * 5
    sections = bytes(64)
    sections += struct.pack("<IIQQQQIIQQ", 1, 11, 2, 0, at, len(symbols), 2, 0, 1, 0) + struct.pack(
        "<IIQQQQIIQQ", 9, 3, 2, 0, at + len(symbols), large, 0, 0, 1, 0
    )
    sections += sound[manifest : manifest + 64] + sound[names : names + 64]
    exports = bytearray(
        relocated(sound, "sections", 5, sections + symbols + b"actzoo_plugin_v" + b"n" * large)
    )
    struct.pack_into("<H", exports, 62, 4)
    yield "exports", bytes(exports)


def main():
    """Writes the seeds into a folder."""
    chosen = heavy if sys.argv[1] == "--heavy" else seeds
    folder = Path(sys.argv[-1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in chosen():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
