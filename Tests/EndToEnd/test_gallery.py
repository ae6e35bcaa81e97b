"""The gallery: complete, well-formed, alone in the world, and alive in a browser."""

import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from zoo import BUILT, actzoo, actzoo_json, plugin, refusal, text

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
MAKE_A_GALLERY = ["gallery", "--no-speed", "--path", f"{BUILT}/"]


def page(path):
    """The page as XML: any fault of its form is an error here."""
    return ElementTree.fromstring(path.read_text().removeprefix("<!DOCTYPE html>"))


def cards(root):
    return root.find(".//ul[@class='cards']")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    path = tmp_path_factory.mktemp("gallery") / "gallery.html"
    actzoo(*MAKE_A_GALLERY, "-o", path)
    return path


@pytest.fixture(scope="module")
def listed():
    return actzoo_json("list", "--path", f"{BUILT}/")["activations"]


def test_every_activation_has_a_card_and_a_sheet(gallery, listed):
    root = page(gallery)
    names = [a["name"] for a in listed]
    shown = [link.get("href")[1:] for link in cards(root).findall("./li/h2/a")]
    assert shown == names
    sheets = {d.get("id"): d for d in root.iter("dialog")}
    for activation in listed:
        sheet = sheets[activation["name"]]
        words = "".join(sheet.itertext())
        assert activation["title"] in words and activation["formula"] in words
        assert activation["source"] in words
        assert sheet.find(".//svg/svg/path[@class='value']").get("d").startswith("M")
        assert sheet.find(".//svg/svg/path[@class='slope']").get("d").startswith("M")
        assert sheet.find(".//math") is not None, f"{activation['name']} has no set formula"
        rows = [row.findtext("./th/code") for row in sheet.iter("tr") if row.find("./th/code")]
        for parameter in activation["parameters"]:
            length = f"[{parameter['length']}]" if parameter["vector"] else ""
            assert parameter["name"] + length in rows or not rows
            assert f"What {parameter['name']}{length} does" in words
        links = [a.get("href") for a in sheet.iter("a")]
        assert any(link.startswith("#sheet:") for link in links), "no data sheet"


def test_claims_are_shown(gallery):
    claims = actzoo_json("info", "crrelu")["claims"]
    sheet = next(d for d in page(gallery).iter("dialog") if d.get("id") == "crrelu")
    words = "".join(sheet.itertext())
    for claim in claims:
        assert f"{claim['ulp']:g} ulp" in words
    (eps,) = [row for row in sheet.iter("tr") if row.findtext("./th/code") == "eps"]
    assert [cell.text for cell in eps.findall("td")] == "0.01/none/layer, or channel/no/yes".split(
        "/"
    )


def test_it_refers_to_nothing_outside(gallery):
    root = page(gallery)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        assert element.tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert element.get("src") is None
        link = element.get("href")
        if link is None:
            continue
        assert element.tag == "a", f"{element.tag} loads {link}"
        assert link[1:] in ids if link[0] == "#" else link.startswith("https://arxiv.org/abs/")
    style = root.findtext(".//style")
    assert "url(" not in style and "@import" not in style
    script = root.findtext(".//script")
    assert not re.search(r"fetch|XMLHttpRequest|import\(|WebSocket", script)


def test_it_is_small_and_always_the_same(gallery, tmp_path):
    assert gallery.stat().st_size < 1_500_000
    again = tmp_path / "again.html"
    actzoo(*MAKE_A_GALLERY, "-o", again)
    assert again.read_bytes() == gallery.read_bytes()


def test_speeds_are_measured_unless_left_out(gallery, tmp_path):
    assert "ns an element" not in gallery.read_text() and "data-time" not in gallery.read_text()
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    shutil.copy(BUILT / "crrelu.actzoo.so", plugins)
    path = tmp_path / "gallery.html"
    actzoo("gallery", "-o", path, ACTZOO_PATH_ONLY=plugins)
    root = page(path)
    (card,) = cards(root)
    assert 0 < float(card.get("data-time")) < 20
    words = "".join(root.itertext())
    assert "65536 elements, one thread" in words and "ns an element" in words


def test_what_a_descriptor_says_is_text_and_nothing_else(tmp_path):
    evil = text("evil").replace('"Evil"', "\"<script>no()</script> & ''\"")
    evil += "  note ]]> </dialog> <b>bold</b> &amp;\n  source arXiv:2405.12954<i> (sure)\n"
    for name, words in {"evil": evil, "one": text("twin"), "two": text("twin")}.items():
        (tmp_path / f"{name}.actzoo").write_text(words.replace("org.test.twin", f"org.{name}.twin"))
    path = tmp_path / "gallery.html"
    actzoo("gallery", "--no-speed", "-o", path, ACTZOO_PATH_ONLY=tmp_path)
    root = page(path)
    assert len(root.findall(".//script")) == 1
    keys = {d.get("id") for d in root.iter("dialog")}
    assert {"org.one.twin.1", "org.two.twin.1", "evil"} <= keys
    assert "</dialog> <b>bold</b> &amp;" in "".join(root.itertext())
    assert "formula itself" not in "".join(root.itertext())


def line(math):
    """MathML on one line, as people would type it."""
    parts = [line(part) for part in math]
    match math.tag:
        case "mfrac":
            return "[{}]/[{}]".format(*parts)
        case "msup":
            return "{}^[{}]".format(*parts)
        case "msub":
            return "{}_[{}]".format(*parts)
        case "munderover":
            return "{}_[{}]^[{}]".format(*parts)
        case "msqrt":
            return f"sqrt[{''.join(parts)}]"
        case "mtr":
            return ", ".join(parts) + ";"
        case "mspace":
            return " "
    unseen = {"\u2061": "", "\u2062": "", "\xa0": " ", "\u2212": "-"}
    return (math.text or "").translate(str.maketrans(unseen)).strip("\n") + "".join(parts)


@pytest.mark.parametrize(
    ("formula", "set_as"),
    [
        ("x * (-2 * x)", "x(-2x)"),
        ("x * (2 * x) / 3", "[x⋅2x]/[3]"),
        ("x - (x - 1) + -x + -(2 * x)", "x-(x-1)-x-2x"),
        ("x + (x - 1)", "x+x-1"),
        ("-(x + 1)^2", "-(x+1)^[2]"),
        ("(-x)^2 * 1e-7", "(-x)^[2]⋅1⋅10^[-7]"),
        ("(x / 2)^2 / (x * x)", "[([x]/[2])^[2]]/[xx]"),
        ("exp(-x^2 / 2) * (x / 2)", "e^[-x^[2]/2]⋅[x]/[2]"),
        ("sqrt(2 / pi) + abs(x) * floor(x)", "sqrt[[2]/[π]]+|x|⌊x⌋"),
        ("x * tanh(x)^2 * slope", "x tanh(x)^[2] slope"),
        ("p1 * beta * silu(x)", "p_[1] β silu(x)"),
        ("expm1(x) * log1p(x)", "(e^[x]-1) ln(1+x)"),
        ("1 + sum(k, 0, 2, x + a[k] * x^k)", "1+∑_[k=0]^[2](x+a_[k]x^[k])"),
        ("sum(k, 0, 2, a[k]) * x", "(∑_[k=0]^[2]a_[k])x"),
        ("poly(a, 2 * x)", "∑_[k=0]^[2]a_[k](2x)^[k]"),
        ("x < 0 ? 0 : (x <= 1 ? x : 1)", "{0, if x<0;x, if x≤1;1, otherwise;"),
        ("2 * (x > 0 ? x : 1) * x", "2({x, if x>0;1, otherwise;)x"),
    ],
)
def test_formulas_are_set_as_they_are_written(formula, set_as, tmp_path):
    words = text("tiny", formula)
    for name in ["slope", "p1", "beta", "a[3]"]:
        if re.search(rf"\b{name.split('[')[0]}\b", formula):
            words += f"  param {name} = 1\n"
    (tmp_path / "tiny.actzoo").write_text(words)
    path = tmp_path / "gallery.html"
    actzoo("gallery", "--no-speed", "-o", path, ACTZOO_PATH_ONLY=tmp_path)
    (card,) = cards(page(path))
    assert "".join(line(math) for math in card.iter("math")) == f"y={set_as}"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["gallery", "--no-speed", "-o", "/nonexistent/a.html"], "cannot write"),
        (["gallery", "relu"], "See `actzoo gallery --help`."),
        (["plot"], "say which activation to plot, or --all"),
        (["plot", "--all"], "say -o DIR"),
        (["plot", "--all", "relu", "-o", "x"], "leave out relu"),
        (["plot", "--all", "--preset", "paper", "-o", "x"], "leave out --param and --preset"),
        (["plot", "--all", "-o", "/dev/null/x"], "cannot write into /dev/null/x"),
    ],
)
def test_a_mistake_gets_one_sentence(words, sentence, tmp_path):
    assert sentence in refusal(*words, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_plot_all_draws_every_activation(listed, tmp_path):
    actzoo("plot", "--all", "-o", tmp_path / "all", "--path", f"{BUILT}/")
    drawn = {p.name: p.read_text() for p in (tmp_path / "all").iterdir()}
    assert set(drawn) == {f"{a['name']}.svg" for a in listed}
    for svg in drawn.values():
        ElementTree.fromstring(svg)
        assert "nan" not in svg
    for name in ["crrelu", "swiglu"]:
        actzoo("plot", name, "-o", tmp_path / "one.svg", "--path", f"{BUILT}/")
        assert (tmp_path / "one.svg").read_text() == drawn[f"{name}.svg"]


def test_plot_all_writes_nothing_if_one_cannot_be_drawn(tmp_path):
    (tmp_path / "good.actzoo").write_text(text("good"))
    folder = tmp_path / "pictures"
    # A folder stands where a picture should go.
    (folder / "good.svg").mkdir(parents=True)
    said = refusal("plot", "--all", "-o", folder, ACTZOO_PATH_ONLY=tmp_path)
    assert "cannot write into" in said
    assert [p.name for p in folder.iterdir()] == ["good.svg"]


@pytest.mark.parametrize("words", [["gallery", "--no-speed", "-o"], ["plot", "--all", "-o"]])
def test_a_plugin_that_does_not_load_is_named_and_nothing_written(words, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "good.actzoo").write_text(text("good"))
    plugin(plugins / "bad.actzoo.so", name="bad", ENTRY="return NULL;")
    said = refusal(*words, tmp_path / "result", ACTZOO_PATH_ONLY=plugins)
    assert "bad.actzoo.so" in said
    assert not (tmp_path / "result").exists()


def browse(tmp_path, address, *options):
    """Runs a browser without a window; returns its output; no script may fail."""
    done = subprocess.run(
        [
            BROWSER,
            *["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"],
            *["--window-size=1440,1000", f"--user-data-dir={tmp_path / 'profile'}"],
            *[*options, address],
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    faults = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert done.returncode == 0 and not faults, faults or done.stderr
    return done.stdout


@pytest.mark.skipif(not BROWSER, reason="no browser: apt-get install chromium")
def test_it_works_in_a_browser(gallery, tmp_path, listed):
    picture = tmp_path / "gallery.png"
    browse(tmp_path, gallery.as_uri(), f"--screenshot={picture}")
    png = picture.read_bytes()
    assert struct.unpack(">II", png[16:24]) == (1440, 1000)
    assert len(png) > 40_000, "an empty page?"

    def shown(address):
        dom = browse(tmp_path, f"{gallery.as_uri()}{address}", "--dump-dom")
        found = re.findall(r'<li data-family="[^>]*?( hidden="")?>.*?<h2><a href="#([^"]+)"', dom)
        assert {name for _, name in found} == {a["name"] for a in listed}
        return dom, {name for hidden, name in found if not hidden}

    dom, found = shown("?q=arxiv:2405.12954")
    assert found == {"crrelu", "crreglu"} and "2 functions</p>" in dom
    dom, found = shown("?family=Gates&kind=learns#crreglu")
    assert found == {"crreglu"} and "1 function</p>" in dom
    assert re.findall(r'<dialog id="([^"]+)"[^>]* open="">', dom) == ["crreglu"]
    assert "g = 1.0  y = 1.006  dy/dg = 1.000</output>" in dom
    dom, found = shown("?q=nothing%20like%20it")
    assert not found and re.search(r'<p class="none">', dom)
