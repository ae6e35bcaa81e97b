/// Style and script of the gallery.
enum GalleryAssets {
  /// Every colour is written once, for light and for dark; contrast with its ground is at least 4.5 for
  /// text and 3 for curves.
  static let style = """
    :root { color-scheme: light dark;
      --page: light-dark(#f6f7f9, #0e1116); --card: light-dark(#ffffff, #171b22);
      --text: light-dark(#1b1f24, #e7eaef); --dim: light-dark(#57606a, #a3adb9);
      --line: light-dark(#d8dde3, #2c333d); --grid: light-dark(#eceff2, #232932);
      --zero: light-dark(#aeb6bf, #4a5563); --accent: light-dark(#0a61b0, #79b8ff);
      --value: light-dark(#0067ab, #5ab4f2); --slope: light-dark(#c8500a, #ff9d57);
      --c0: light-dark(#1f5fa8, #6ea8ff); --c1: light-dark(#2586b8, #5cc6e8);
      --c2: light-dark(#40464d, #e2e6eb); --c3: light-dark(#b9651b, #f2a65a);
      --c4: light-dark(#b0203a, #ff8090); --c5: light-dark(#6f3fa0, #c6a4ff);
      --good: light-dark(#14692f, #6fd08c); --fair: light-dark(#7a5200, #e3b65a) }
    * { box-sizing: border-box }
    [hidden] { display: none !important }
    html { overflow-y: scroll; -webkit-text-size-adjust: 100% }
    body { margin: 0; background: var(--page); color: var(--text); line-height: 1.45;
      font: 16px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
    a { color: var(--accent); text-underline-offset: .15em }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
    code { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      overflow-wrap: anywhere }
    math { font-size: 1.08em; font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math",
      "DejaVu Math TeX Gyre", math }
    mtd { padding: .1em .6em .1em .1em; text-align: left }
    .skip { position: absolute; left: -99em } .skip:focus { left: 1rem; top: .5rem }
    .head, .bar, main, footer { max-width: 92rem; margin: 0 auto; padding: 0 1.25rem }
    .head { padding-top: 1.5rem } h1 { margin: 0; font-size: 1.9rem; letter-spacing: -.02em }
    .head p { margin: .3rem 0 .6rem; color: var(--dim); max-width: 62rem }
    .key::before { content: ""; display: inline-block; width: 1.3em; margin-right: .3em;
      border-top: 3px solid; vertical-align: .22em }
    .key.value, .value { --ink: var(--value) } .key.slope, .slope { --ink: var(--slope) }
    .key { color: var(--ink); white-space: nowrap } .key.slope::before { border-top-style: dashed }

    .bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem .75rem;
      align-items: end; padding-top: .7rem; padding-bottom: .7rem; background: var(--page) }
    .bar label { display: grid; font-size: .78rem; color: var(--dim); gap: .15rem }
    .bar .find { flex: 1 1 14rem }
    input[type=search], select, .theme, .none button { font: inherit; font-size: 1rem; height: 2.5rem;
      color: var(--text); background: var(--card); border: 1px solid var(--line);
      border-radius: .5rem; padding: 0 .7rem; min-width: 0; width: 100% }
    select { max-width: 17rem } .theme { width: 2.5rem; padding: 0; cursor: pointer }
    .none button { width: auto; cursor: pointer }
    .count { margin: 0; color: var(--dim); font-size: .85rem; width: 7.5rem; line-height: 2.5rem }

    .cards { list-style: none; margin: .4rem 0 0; padding: 0; display: grid; gap: .9rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 15.5rem), 1fr)) }
    .cards li { position: relative; background: var(--card); border: 1px solid var(--line);
      border-radius: .7rem; overflow: hidden; display: grid; grid-template-rows: auto auto 1fr auto }
    .cards li:hover { border-color: var(--accent) }
    .cards li:focus-within { outline: 2px solid var(--accent); outline-offset: 1px }
    .cards h2 { font-size: 1.02rem; margin: .55rem .9rem 0; overflow-wrap: anywhere }
    .cards h2 a { color: inherit; text-decoration: none; outline: none }
    .cards h2 a::after { content: ""; position: absolute; inset: 0 }
    .cards p { margin: 0 .9rem }
    .cards .formula { height: 3.9rem; font-size: .95rem; overflow: hidden; display: flex; align-items: center;
      white-space: nowrap; mask-image: linear-gradient(90deg, #000 88%, transparent) }
    .cards .long { font-size: .82rem; white-space: normal; flex-wrap: wrap; align-content: center }
    .marks { display: flex; gap: .4rem; align-items: center; font-size: .78rem; color: var(--dim);
      padding-bottom: .7rem; min-height: 1.9rem }
    .marks span { white-space: nowrap } .mark, .evidence { border: 1px solid var(--line); border-radius: 1em; padding: 0 .55em }
    .sure { color: var(--good) } .likely, .recalled { color: var(--fair) }
    .time { margin-left: auto; font-variant-numeric: tabular-nums }
    .none { padding: 3rem 0; text-align: center; color: var(--dim) }
    footer { padding-top: 1.5rem; padding-bottom: 2rem; color: var(--dim); font-size: .88rem }

    .picture { display: block; width: 100%; aspect-ratio: 4 / 3; border-bottom: 1px solid var(--line) }
    svg path { fill: none; stroke: var(--ink); stroke-width: 2px; vector-effect: non-scaling-stroke;
      stroke-linejoin: round; stroke-linecap: round }
    svg .grid { stroke: var(--grid); stroke-width: 1px } svg .zero { stroke: var(--zero); stroke-width: 1px }
    svg .slope, svg .second { stroke-dasharray: 5 4; stroke-linecap: butt }
    svg .cursor { stroke: var(--dim); stroke-width: 1px }
    .c0 { --ink: var(--c0) } .c1 { --ink: var(--c1) } .c2 { --ink: var(--c2) }
    .c3 { --ink: var(--c3) } .c4 { --ink: var(--c4) } .c5, .second { --ink: var(--c5) }
    .chart { display: block; width: 100%; aspect-ratio: 42 / 27 }
    .chart text { font-size: 125px; fill: var(--dim) } .picture text { font-size: 190px; fill: var(--dim) }
    .mid { text-anchor: middle } .end { text-anchor: end }

    dialog { width: min(70rem, 100vw - 2rem); max-width: none; height: fit-content;
      max-height: calc(100dvh - 2rem); margin: auto; padding: 0 1.5rem 1.25rem; overflow: auto;
      color: var(--text); background: var(--card); border: 1px solid var(--line);
      border-radius: .9rem; overscroll-behavior: contain }
    dialog:focus { outline: none } dialog::backdrop { background: rgb(0 0 0 / .5) }
    dialog:target:not([open]) { display: block; position: fixed; inset: 0; z-index: 2 }
    dialog > header { position: sticky; top: 0; z-index: 1; display: flex; gap: .4rem;
      align-items: start; background: var(--card); margin: 0 -1.5rem; padding: 1rem 1.5rem .6rem }
    dialog > header > div { flex: 1; min-width: 0 } dialog h2 { margin: 0; font-size: 1.5rem }
    dialog > header p { margin: .1rem 0 0; color: var(--dim); font-size: .88rem }
    dialog nav { display: flex; gap: .4rem }
    dialog nav a, dialog > header button { display: grid; place-items: center; width: 2.4rem; height: 2.4rem;
      font: 1.35rem/1 system-ui, sans-serif; color: var(--text); background: none; cursor: pointer;
      text-decoration: none; border: 1px solid var(--line); border-radius: .5rem; padding: 0 }
    dialog h3 { font-size: .85rem; font-weight: 600; color: var(--dim); margin: 1rem 0 .25rem }
    dialog h4 { font-size: .95rem; margin: .6rem 0 .3rem }
    dialog section { border-top: 1px solid var(--line); margin-top: 1.1rem }
    dialog section p { margin: .3rem 0 } dialog p { margin: .2rem 0 }
    .top { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: .5rem 2rem }
    dialog .formula { overflow-x: auto; overflow-y: hidden; padding: .1rem 0; line-height: 2.1 }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)) }
    figure { margin: .8rem 0 0 } .legend { list-style: none; margin: .2rem 0; padding: 0;
      display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .88rem }
    .legend li[class]::before { content: ""; display: inline-block; width: 1.4em; margin-right: .4em;
      border-top: 3px solid var(--ink); vertical-align: .25em }
    .legend li.slope::before, .legend li.second::before { border-top-style: dashed }
    .trace { display: none; gap: .6rem; align-items: center; font-size: .88rem } .js .trace { display: flex }
    .trace input { flex: 1; min-width: 4rem; accent-color: var(--accent) }
    .trace output { flex: 0 0 15.5em; font-variant-numeric: tabular-nums; white-space: pre }
    .fans { display: grid; gap: .4rem 1.5rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)) }
    .wide { overflow-x: auto } .wide code { overflow-wrap: break-word } table { border-collapse: collapse; font-size: .9rem; margin: .3rem 0 }
    th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; vertical-align: top;
      border-bottom: 1px solid var(--grid); font-variant-numeric: tabular-nums }
    th { font-weight: 600 } tr:first-child th:not([scope]) { color: var(--dim); font-weight: 400 }
    .notes { padding-left: 1.1rem; margin: .3rem 0; font-size: .94rem } summary { cursor: pointer }

    @media (max-width: 56rem) { .top { grid-template-columns: minmax(0, 1fr) } }
    @media (max-width: 40rem) {
      .head, .bar, main, footer { padding-left: .8rem; padding-right: .8rem }
      .bar { position: static } .bar .find { flex-basis: 100% }
      .bar label:not(.find) { flex: 1 1 8rem } .count { line-height: 1.3; width: 100% }
      .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem }
      .cards p, .cards h2 { margin-left: .6rem; margin-right: .6rem }
      .cards .formula { font-size: .82rem; height: 3.4rem } .cards .long { font-size: .72rem }
      .marks { flex-wrap: wrap; gap: .25rem; font-size: .72rem }
      dialog { width: 100vw; height: 100dvh; max-height: none; border: 0; border-radius: 0;
        padding: 0 1rem 1rem }
      dialog > header { margin: 0 -1rem; padding: .8rem 1rem .5rem }
      .trace { flex-wrap: wrap } .trace output { flex-basis: 100% }
    }
    @media (prefers-reduced-motion: no-preference) { .cards li { transition: border-color .15s } }
    """

  /// Finding, ordering, opening, reading curves.
  ///
  /// The page's address holds what is sought and which sheet is open, so that both can be shared.
  static let script = #"""
    "use strict";
    const root = document.documentElement;
    root.classList.add("js");
    const bar = document.querySelector(".bar");
    const list = document.querySelector(".cards");
    const cards = [...list.children];
    const fields = ["q", "family", "kind", "order"].map(n => bar.elements[n]).filter(Boolean);

    function remember(hash) {
      const sought = new URLSearchParams(fields.filter(f => f.value).map(f => [f.name, f.value]));
      const address = location.pathname + (sought.size ? "?" + sought : "") + hash;
      // Some browsers forbid it for files; then the address just stays.
      try { history.replaceState(null, "", address); } catch { }
    }

    function show() {
      const value = Object.fromEntries(fields.map(f => [f.name, f.value]));
      const words = value.q.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const card of cards) {
        const { text, family, kinds } = card.dataset;
        card.hidden = !(words.every(w => text.includes(w))
          && (!value.family || family === value.family)
          && (!value.kind || kinds.split(" ").includes(value.kind)));
        count += !card.hidden;
      }
      document.querySelector(".count").textContent = count + (count === 1 ? " function" : " functions");
      document.querySelector(".none").hidden = count > 0;
    }

    function arrange() {
      const isByTime = bar.elements.order?.value === "time";
      list.append(...(isByTime ? [...cards].sort((a, b) => a.dataset.time - b.dataset.time) : cards));
    }

    // Formulas that are too wide for their card are set smaller, down to what can still be read.
    function fit() {
      const boxes = [...document.querySelectorAll(".cards .formula")];
      for (const box of boxes) box.style.fontSize = "";
      const sizes = boxes.map(box => box.scrollWidth > box.clientWidth
        ? parseFloat(getComputedStyle(box).fontSize) * .9 * box.clientWidth / box.scrollWidth : 0);
      boxes.forEach((box, i) => { if (sizes[i]) box.style.fontSize = Math.max(sizes[i], 9.5) + "px"; });
    }
    let width = 0;
    new ResizeObserver(() => { if (width !== list.clientWidth) { width = list.clientWidth; fit(); } })
      .observe(list);

    function change(event) {
      show();
      if (event?.target.name === "order") arrange();
      remember(location.hash);
    }

    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = fields.find(f => f.name === name);
      if (field) field.value = value;
    }
    for (const field of fields) if (field.selectedIndex === -1) field.selectedIndex = 0;
    show();
    arrange();
    bar.addEventListener("input", change);
    bar.addEventListener("submit", event => event.preventDefault());
    document.querySelector(".none button").addEventListener("click", () => { bar.reset(); change(); });

    // Light or dark: the system's choice until the reader makes one.
    function paint(scheme) { root.style.colorScheme = scheme; }
    try { paint(localStorage.getItem("scheme") ?? ""); } catch { }
    document.querySelector(".theme").addEventListener("click", () => {
      const isDark = root.style.colorScheme
        ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      paint(isDark ? "light" : "dark");
      try { localStorage.setItem("scheme", root.style.colorScheme); } catch { }
    });

    // Sheets: the one that the address names is open.
    function sheet() { return document.getElementById(decodeURIComponent(location.hash.slice(1))); }
    function turn() {
      const wanted = sheet();
      for (const open of document.querySelectorAll("dialog[open]")) if (open !== wanted) open.close();
      if (wanted?.tagName !== "DIALOG" || wanted.open) return;
      wanted.showModal();
      wanted.scrollTop = 0;
      prepare(wanted);
    }
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("close", () => { if (sheet() === dialog) remember(""); });
      dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
    }
    addEventListener("hashchange", turn);
    addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
      const open = document.querySelector("dialog[open]");
      if (event.key === "/" && !open) { event.preventDefault(); bar.elements.q.focus(); }
      const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
      if (open && way) open.querySelector(`a[rel=${way}]`)?.click();
    });

    // What the curves are at a place, to read and to move along with a slider or a pointer.
    const number = text => Number(text).toFixed(Math.abs(text) < 9.995 ? 3 : 2).replace("-", "−");
    function prepare(dialog) {
      const trace = dialog.querySelector(".trace");
      const chart = dialog.querySelector(".main .chart");
      if (!trace || chart.querySelector(".cursor")) return;
      const [input, output] = trace.querySelectorAll("input, output");
      const axis = trace.textContent.trim();
      const [heights, slopes] = [trace.dataset.value, trace.dataset.slope].map(t => t.split(" "));
      const [left, top, width, tall] = chart.dataset.frame.split(" ").map(Number);
      const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
      cursor.setAttribute("class", "cursor");
      chart.append(cursor);
      function read() {
        const share = (input.value - input.min) / (input.max - input.min);
        const i = Math.round(share * (heights.length - 1));
        cursor.setAttribute("d", `M${left + share * width} ${top}v${tall}`);
        output.textContent = `${axis} = ${Number(input.value).toFixed(1).replace("-", "−")}  `
          + `y = ${number(heights[i])}  dy/d${axis} = ${number(slopes[i])}`;
      }
      input.addEventListener("input", read);
      chart.addEventListener("pointermove", event => {
        const box = chart.getBoundingClientRect();
        const share = ((event.clientX - box.left) / box.width * 4200 - left) / width;
        input.value = Number(input.min) + share * (input.max - input.min);
        read();
      });
      read();
    }
    turn();
    """#
}
