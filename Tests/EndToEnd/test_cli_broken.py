"""A folder of broken files: every fault is named, and nothing of it runs unless asked to."""

import os
import struct
import time

import pytest
from zoo import BUILT, actzoo, actzoo_json, plugin, refusal, text


def reports(folder, **changes):
    """kind, rule and text of each report, by file name."""
    found = actzoo_json("list", "--why", ACTZOO_PATH_ONLY=folder, **changes)
    assert "tiny" not in [a["name"] for a in found["activations"]] or changes
    named = {}
    for report in found["reports"]:
        named.setdefault(os.path.basename(report["path"]), []).append(report)
    return named


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One file for each static fault, and one that is sound."""
    folder = tmp_path_factory.mktemp("broken")

    def make(name, **parts):
        return plugin(folder / f"{name}.actzoo.so", name, **parts)

    whole = make("truncated").read_bytes()
    (folder / "truncated.actzoo.so").write_bytes(whole[: len(whole) // 3])
    foreign = bytearray(make("foreign").read_bytes())
    foreign[18:20] = struct.pack("<H", 183)  # e_machine: aarch64
    (folder / "foreign.actzoo.so").write_bytes(foreign)
    (folder / "words.actzoo.so").write_text("this is not a library\n")
    (folder / "empty.actzoo.so").write_bytes(b"")
    make("bare", words="")
    twice = 'ACTZOO_MANIFEST const char second[] = "actzoo 1\\n";\n'
    make("twice", extra=twice)
    make("gibberish", words=text("gibberish", formula="x +* 2"))
    make("startup", extra='__attribute__((constructor)) static void on(void) { puts("ran"); }\n')
    make("fast", words=text("fast", isa="x86-64-v9"))
    make("public", extra="int helper(void);\nint helper(void) { return 1; }\n")
    make("rpath", flags=["-Wl,-rpath,/tmp"])
    writable = make("writable")
    writable.chmod(0o777)
    (folder / "loop.actzoo.so").symlink_to("loop.actzoo.so")
    (folder / "dangling.actzoo.so").symlink_to("nowhere")
    (folder / "noise.actzoo.so").write_bytes(os.urandom(10_000_000))
    (folder / "folder.actzoo.so").mkdir()
    os.mkfifo(folder / "fifo.actzoo.so")
    (folder / "badtext.actzoo").write_text("actzoo 1\nplugin\n")
    make("copy1", words=text("same"), ID='"org.test.same/1"')
    make("copy2", words=text("same"), ID='"org.test.same/1"')
    make("sound")
    return folder


FAULTS = [
    "truncated",
    "foreign",
    "words",
    "empty",
    "bare",
    "twice",
    "gibberish",
    "startup",
    "fast",
    "public",
    "rpath",
    "writable",
    "loop",
    "dangling",
    "noise",
    "folder",
    "fifo",
]


@pytest.fixture(scope="module")
def named(broken):
    """What `list --why` says about the folder."""
    return reports(broken)


@pytest.mark.parametrize("name", FAULTS)
def test_every_static_fault_is_named(named, name):
    said = named.get(f"{name}.actzoo.so")
    assert said, f"nothing about {name}: {sorted(named)}"
    assert said[0]["kind"] == "refused" and said[0]["rule"], said
    assert len(said[0]["text"].split()) > 3, said


def test_a_broken_text_is_named_with_its_place(named):
    assert "line 2" in named["badtext.actzoo"][0]["text"]
    assert "line 4" in named["gibberish.actzoo.so"][0]["text"]


def test_the_second_of_an_id_is_reported(named):
    said = named.get("copy2.actzoo.so", []) + named.get("copy1.actzoo.so", [])
    assert any(r["kind"] in ("shadowed", "refused") for r in said), said


def test_list_why_prints_the_sentences_and_runs_nothing(broken):
    done = actzoo("list", "--why", ACTZOO_PATH_ONLY=broken)
    for name in FAULTS:
        assert f"{name}.actzoo.so" in done.stdout
    assert "ran" not in done.stdout.split()
    assert "sound" in done.stdout
    assert actzoo("list", ACTZOO_PATH_ONLY=broken).stderr.count("list --why") == 1


def test_the_sound_one_still_works(broken, named):
    assert "sound.actzoo.so" not in named
    assert actzoo_json("eval", "sound", 1, ACTZOO_PATH_ONLY=broken)["y"] == [2]


def test_a_folder_that_others_may_write_is_refused(tmp_path):
    plugin(tmp_path / "tiny.actzoo.so")
    tmp_path.chmod(0o777)
    found = actzoo_json("list", ACTZOO_PATH_ONLY=tmp_path)
    assert found["activations"] == []
    assert any("writ" in r["text"] for r in found["reports"]), found["reports"]


RUNNING = {
    "null": ({"ENTRY": "return NULL;"}, "NULL"),
    "short": ({"SIZE": "8"}, "size"),
    "without": ({"ROWS": "NULL"}, "kernels"),
    "unknown": ({"ID": '"org.test.other/1"'}, "org.test.other/1"),
    "nothing": ({"FORWARD": "NULL"}, "forward"),
    "aborts": ({"ENTRY": "abort();"}, "signal 6"),
    "crashes": ({"ENTRY": "*(volatile int *)0 = 1;"}, "signal 11"),
    "exits": ({"ENTRY": "exit(3);"}, "exit code 3"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One plugin for each fault that only shows when it is loaded."""
    folder = tmp_path_factory.mktemp("running")
    for name, (parts, _) in RUNNING.items():
        plugin(folder / f"{name}.actzoo.so", name, **parts)
    plugin(folder / "sound.actzoo.so", "sound")
    return folder


def test_probe_names_every_fault_of_running_code_and_lives_on(running):
    found = actzoo_json("list", "--probe", ACTZOO_PATH_ONLY=running)
    probes = {os.path.basename(p["path"]).split(".")[0]: p for p in found["probes"]}
    assert probes["sound"]["loads"], probes["sound"]
    for name, (_, word) in RUNNING.items():
        assert not probes[name]["loads"], f"{name} loads"
        assert word in probes[name]["text"], f"{name}: {probes[name]['text']}"
    told = actzoo("list", "--probe", ACTZOO_PATH_ONLY=running).stdout
    assert f"1 of {len(RUNNING) + 1} plugins loads." in told


@pytest.mark.parametrize("name", ["null", "short", "without", "unknown", "nothing"])
def test_first_use_names_the_fault(running, name):
    said = refusal("eval", name, "1", ACTZOO_PATH_ONLY=running)
    assert RUNNING[name][1] in said
    assert actzoo("info", name, ACTZOO_PATH_ONLY=running).stdout.count("does not load") == 1


def test_a_plugin_that_hangs_is_stopped_with_all_that_it_started(tmp_path):
    mark = tmp_path / "child"
    entry = f'if (system("(sleep 12; touch {mark}) &")) abort(); sleep(99);'
    plugin(tmp_path / "hangs.actzoo.so", "hangs", ENTRY=entry)
    start = time.monotonic()
    (probe,) = actzoo_json("list", "--probe", ACTZOO_PATH_ONLY=tmp_path)["probes"]
    took = time.monotonic() - start
    assert "longer than 10 s" in probe["text"] and took < 14, f"{took:.1f} s"
    time.sleep(max(0, 14 - took))
    assert not mark.exists(), "a process of the plugin outlived the probe"


def test_what_a_plugin_prints_does_not_reach_the_answer(tmp_path):
    plugin(tmp_path / "tiny.actzoo.so", ENTRY='puts("failed hello"); fflush(stdout);')
    (probe,) = actzoo_json("list", "--probe", ACTZOO_PATH_ONLY=tmp_path)["probes"]
    assert probe["loads"]


def test_the_level_is_chosen_before_loading():
    def level(**changes):
        found = actzoo_json("list", ACTZOO_PATH_ONLY=BUILT, **changes)["activations"]
        return next(a["isa"] for a in found if a["name"] == "relu")

    assert level(ACTZOO_ISA="x86-64") == "x86-64"
    assert level() != "" and level() >= level(ACTZOO_ISA="x86-64")


def test_disabled_plugins_are_left_out():
    found = actzoo_json("list", ACTZOO_PATH_ONLY=BUILT, ACTZOO_DISABLE="*relu,gelu*")
    names = [a["name"] for a in found["activations"]]
    assert "silu" in names and not [n for n in names if n.endswith("relu") or n[:4] == "gelu"]
