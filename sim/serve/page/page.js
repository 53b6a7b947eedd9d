"use strict";
// Everything said on the page comes from the server (words); here is only how it is shown and asked.
(() => {
  const el = (id) => document.getElementById(id);
  const state = { words: {}, page: "", number: 0, scenario: null, controls: new Map(), moved: new Map(), found: null,
    changes: null, scope: "", cumulative: false, asking: null, timer: 0, causes: [], shownOf: 0, job: null };
  const here = location.pathname.replace(/[^/]*$/, "");

  // -- small tools
  const make = (tag, given = {}, ...inner) => {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (name === "text") one.textContent = value;
      else if (name in one && name !== "list" && name !== "form") one[name] = value;
      else one.setAttribute(name, value);
    }
    one.append(...inner.filter((x) => x !== null && x !== ""));
    return one;
  };
  const draw = (tag, given = {}, ...inner) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(given)) one.setAttribute(name, value);
    one.append(...inner);
    return one;
  };
  const say = (key, given = {}) => (state.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => given[name] ?? all);
  const numeral = (x, digits = 3) => Number(x).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: digits });
  const whole = (x) => Number(x).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
  const lasting = (s) => {
    const [unit, size] = s >= 172800 ? ["unit_d", 86400] : s >= 7200 ? ["unit_h", 3600] : ["unit_min", 60];
    return `${numeral(s / size)} ${say(unit)}`;
  };

  const send = async (path, body, signal) => {
    const answer = await fetch(here + path, body === undefined ? { signal } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
    if (answer.ok) return answer;
    let told = {};
    try { told = await answer.json(); } catch { /* no words came */ }
    const error = new Error((told.problems ?? [say("lost")]).join("\n"));
    error.status = answer.status;
    error.taken = Boolean(told.taken);
    throw error;
  };
  const lines = async (answer, take) => {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const part of parts) if (part.trim()) take(JSON.parse(part));
    }
  };
  const trouble = (text) => { el("problems").hidden = !text; el("problems").textContent = text ?? ""; };
  const stage = (text) => { el("stage").textContent = text ?? ""; };
  const failed = (error) => {
    if (error.name === "AbortError") return;
    trouble(error.status ? error.message : say("lost"));
    stage("");
  };

  // -- the scenarios
  const begin = async () => {
    const told = await (await send("begin")).json();
    Object.assign(state, { words: told.words, page: told.page, causes: told.causes });
    const select = el("scenario");
    for (const [of, key] of [["folder", "of_the_folder"], ["library", "of_the_library"]]) {
      const own = told.scenarios.filter((one) => one.of === of);
      if (!own.length) continue;
      const group = make("optgroup", { label: say(key) });
      for (const one of own)
        group.append(make("option", { value: one.name, text: `${one.title} (${one.name})`, title: one.fault || one.question, disabled: Boolean(one.fault) }));
      select.append(group);
    }
    for (const one of told.causes)
      el("causes").append(make("span", { className: "key-cause" }, swatch(one.colour), ` ${one.title}`));
    const first = decodeURIComponent(location.hash.slice(1));
    if ([...select.options].some((one) => one.value === first && !one.disabled)) select.value = first;
    await choose();
  };
  const swatch = (colour) => draw("svg", { width: 11, height: 11, "aria-hidden": "true" }, draw("rect", { width: 11, height: 11, rx: 2, fill: colour }));

  const choose = async () => {
    stopAsking();
    const name = el("scenario").value;
    Object.assign(state, { scenario: null, found: null, changes: null, scope: "" });
    state.controls.clear();
    state.moved.clear();
    el("controls").replaceChildren();
    el("question").textContent = "";
    trouble("");
    show();
    stage(say("reading"));
    try {
      const told = await (await send("scenario", { scenario: name })).json();
      if (el("scenario").value !== name) return;
      state.scenario = told;
      el("question").textContent = told.question || told.title;
      for (const one of told.controls) state.controls.set(one.key, one);
      history.replaceState(null, "", `#${encodeURIComponent(name)}`);
      panel();
      ask();
    } catch (error) { failed(error); }
  };

  // -- sliders and switches
  const value = (one) => state.moved.get(one.key) ?? one.at;
  const told = (one) => {
    const x = value(one);
    if (one.kind === "more") return x === 0 ? say("as_today") : say(x > 0 ? "more" : "fewer", { n: whole(Math.abs(x)), unit: Math.abs(x) === 1 ? one.unit_one : one.unit });
    if (one.kind === "times" || !one.unit) {
      const n = Math.round(100 * x);
      return one.mean_s ? say("of_today_time", { n, time: lasting(one.mean_s * x) }) : say("of_today", { n });
    }
    return `${whole(x)} ${x === 1 ? one.unit_one : one.unit}`;
  };
  const move = (one, x) => {
    if (x === one.at || x === null) state.moved.delete(one.key); else state.moved.set(one.key, x);
    mark(one);
    later();
  };
  const parts = new Map();
  const mark = (one) => {
    parts.get(one.key)?.();
    const n = state.moved.size;
    el("count").textContent = n ? say("changed_count", { n }) : "";
    el("reset").hidden = !n;
    for (const group of el("controls").querySelectorAll("details")) {
      const own = [...state.moved.keys()].filter((key) => state.controls.get(key).group === group.dataset.group).length;
      group.querySelector(".moved").textContent = own ? say("changed_count", { n: own }) : "";
    }
  };
  const slider = (one, id) => {
    const output = make("output", { htmlFor: id });
    const input = make("input", { id, type: "range", min: one.low, max: one.high, step: one.step, value: one.at });
    const reset = make("button", { type: "button", text: say("reset"), hidden: true, onclick: () => { move(one, null); input.focus(); } });
    const box = make("div", { className: "control" },
      make("div", { className: "top" }, make("label", { htmlFor: id, text: one.title, title: one.key }), output), input,
      make("div", { className: "under" }, make("span", { text: say("now", { text: one.holds }), title: say("evidence", { grade: one.grade }) }), reset));
    input.oninput = () => move(one, near(one, input.valueAsNumber));
    parts.set(one.key, () => {
      const moved = state.moved.has(one.key);
      if (near(one, input.valueAsNumber) !== value(one)) input.value = value(one);
      output.textContent = told(one);
      input.setAttribute("aria-valuetext", told(one));
      box.classList.toggle("moved", moved);
      reset.hidden = !moved;
    });
    return box;
  };
  const near = (one, x) => one.step < 1 ? Math.round(x * 1e6) / 1e6 : Math.round(x);
  const use = (one, id) => {
    const own = one.at !== "off";
    const day = make("input", { type: "date", id: `${id}-day`, value: own ? one.at : one.since, min: "1990-01-01", max: "2199-12-31" });
    const check = make("input", { type: "checkbox", id, checked: own });
    const when = make("div", { className: "when" }, make("label", { htmlFor: `${id}-day`, text: say("from") }), day);
    const reset = make("button", { type: "button", text: say("reset"), onclick: () => { check.checked = own; day.value = own ? one.at : one.since; move(one, null); check.focus(); } });
    const box = make("div", { className: "control use" },
      make("div", { className: "top" }, check, make("label", { htmlFor: id, text: one.title, title: one.key })), when,
      make("div", { className: "under" }, make("span", { text: say("catalogue_day", { day: one.since }), title: `${one.holds}\n${say("evidence", { grade: one.grade })}` }), reset));
    const change = () => move(one, check.checked ? (!own && day.value === one.since ? "on" : day.value || null) : "off");
    check.onchange = change;
    day.onchange = change;
    parts.set(one.key, () => {
      const x = value(one);
      check.checked = x !== "off";
      if (x !== "off" && x !== "on") day.value = x;
      when.hidden = x === "off";
      reset.hidden = !state.moved.has(one.key);
      box.classList.toggle("moved", state.moved.has(one.key));
    });
    return box;
  };
  const panel = () => {
    const words = el("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Map();
    parts.clear();
    for (const one of state.controls.values()) {
      const text = `${one.title} ${say(`group_${one.group}`)} ${one.key.replace(/[_.]/g, " ")} ${one.key}`.toLowerCase();
      if (words.every((word) => text.includes(word))) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
    }
    const boxes = [];
    let n = 0;
    for (const [group, own] of groups) {
      const box = make("details", { open: words.length ? n < 3 : n < 2 },
        make("summary", {}, say(`group_${group}`), make("span", { className: "n", text: own.length }), make("span", { className: "moved" })));
      box.dataset.group = group;
      own.forEach((one, k) => box.append((one.kind === "use" ? use : slider)(one, `c-${group}-${k}`)));
      boxes.push(box);
      n += 1;
    }
    el("controls").replaceChildren(...(boxes.length ? boxes : [make("p", { className: "missing", text: say("none_found") })]));
    for (const mine of parts.values()) mine();
    mark({ key: "" });
  };

  // -- asking
  const stopAsking = () => {
    clearTimeout(state.timer);
    state.asking?.abort();
    state.asking = null;
    state.number += 1;
    noMap();
  };
  const later = () => {
    stopAsking();
    if (state.found) state.found = alone(state.found);
    state.changes = null;
    trouble("");
    show();
    stage(say("building"));
    el("bar").removeAttribute("value");
    state.timer = setTimeout(ask, 90);
  };
  // what was found of the scenario as it is stays true whatever is asked next; the rest goes
  const alone = (found) => ({ ...found, early: "", scopes: found.scopes.map((one) => ({ ...one, changed: null, beyond: "",
    lines: one.lines.map((line) => ({ title: line.title, unit: line.unit, base: line.base })) })),
    waits: found.waits?.map((one) => ({ ...one, bars: one.bars.slice(0, 1), totals: one.totals.slice(0, 1) })) ?? null });
  const asked = () => Object.fromEntries(state.moved);
  const ask = async () => {
    if (!state.scenario) return;
    stopAsking();
    const mine = state.number, asking = state.asking = new AbortController();
    try {
      const answer = await send("ask", { page: state.page, question: mine, scenario: state.scenario.name, changes: asked() }, asking.signal);
      await lines(answer, (piece) => { if (piece.question === mine && mine === state.number) take(piece); });
    } catch (error) { if (mine === state.number) failed(error); }
  };
  const take = (piece) => {
    if (piece.kind === "stage") stage(piece.text);
    else if (piece.kind === "changes") { state.changes = piece; show(); }
    else if (piece.kind === "found") {
      piece.waits ??= state.found && alone(state.found).waits;  // until they are counted, those of the scenario as it is
      state.found = piece;
      stage(piece.progress + (piece.seconds ? ` · ${say("seconds", { n: numeral(piece.seconds, 2) })}` : ""));
      el("bar").max = piece.of;
      el("bar").value = piece.done;
      show();
    } else if (piece.kind === "refused" || piece.kind === "failed") {
      trouble(piece.problems.join("\n"));
      stage("");
      el("bar").value = 0;
    }
  };

  // -- what is shown
  const show = () => {
    const found = state.found, moved = state.moved.size > 0;
    el("save").disabled = !state.scenario || !moved;
    el("report").disabled = !state.scenario;
    for (const id of ["times", "lines", "waits"]) if (!found) el(id).replaceChildren();
    el("key-changed").hidden = !moved;
    effects();
    if (!found) { el("beyond").textContent = el("early").textContent = ""; return; }
    const select = el("scope");
    if (select.dataset.of !== `${state.scenario.name}`) {
      select.replaceChildren(...found.scopes.map((one) => make("option", { value: one.scope, text: one.title })));
      select.dataset.of = state.scenario.name;
      select.hidden = found.scopes.length < 2;
    }
    const scope = found.scopes.find((one) => one.scope === select.value) ?? found.scopes[0];
    el("beyond").textContent = scope.beyond;
    el("lines-title").textContent = say(scope.changed ? "difference" : "found");
    el("early").textContent = [scope.changed ? say("difference_note") : "", found.early].filter(Boolean).join(" ");
    times(scope);
    differences(scope);
    waits(found.waits);
  };

  const nice = (most, n) => {
    const rough = most / n, size = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((k) => k * size).find((step) => step >= rough * 0.999);
  };
  const times = (scope) => {
    const box = el("times"), wide = Math.max(320, box.clientWidth), high = Math.max(160, box.clientHeight);
    const [left, right, top, bottom] = [46, 10, 8, 40];
    const summed = (shares) => { let all = 0; return shares.map((x) => (all += x)); };
    const sides = [scope.base, scope.changed].filter(Boolean).map((x) => state.cumulative ? summed(x) : x);
    const most = state.cumulative ? 1 : Math.max(0.001, ...sides.flat()) * 1.06;
    const days = scope.base.length * scope.width;
    const x = (d) => left + (wide - left - right) * d / days, y = (s) => high - bottom - (high - top - bottom) * s / most;
    const svg = draw("svg", { width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": scope.beyond });
    const stepY = nice(most * 100, 4);
    for (let p = 0; p <= most * 100; p += stepY)
      svg.append(draw("line", { x1: left, x2: wide - right, y1: y(p / 100), y2: y(p / 100), stroke: "#e3e7eb" }),
        text(`${numeral(p)} %`, left - 6, y(p / 100) + 4, "end"));
    const stepX = nice(days, Math.max(4, wide / 90));
    for (let d = 0; d <= days + 1e-9; d += stepX) svg.append(text(numeral(d), x(d), high - bottom + 16, "middle"));
    svg.append(text(say("times_unit"), (left + wide - right) / 2, high - 5, "middle"));
    sides.forEach((shares, k) => {
      const outline = shares.map((s, i) => `${i ? "L" : "M"}${x(i * scope.width)},${y(s)}L${x((i + 1) * scope.width)},${y(s)}`).join("");
      svg.append(draw("path", { d: `${outline}L${x(days)},${y(0)}L${x(0)},${y(0)}Z`, fill: k ? "#0072b2" : "#d3d7dc", "fill-opacity": k ? 0.16 : 0.9 }),
        draw("path", { d: outline, fill: "none", stroke: k ? "#0072b2" : "#7a7f87", "stroke-width": k ? 2.6 : 2 }));
    });
    box.replaceChildren(svg);
  };
  const text = (words, x, y, anchor) => { const one = draw("text", { x, y, "text-anchor": anchor }); one.textContent = words; return one; };

  const differences = (scope) => {
    el("lines").replaceChildren(...scope.lines.map((line) => {
      const box = make("div", { className: "line" });
      if (line.difference === undefined) {
        box.append(make("div", { className: "what" }, make("b", { text: line.title }), make("span", { className: "apart", text: `${line.base} ${line.unit}` })));
        return box;
      }
      box.append(make("div", { className: "what" }, make("b", { text: line.title }), make("span", { className: "apart", text: `${line.difference} ${line.apart}` })));
      if (line.half !== null && line.mean !== null && (line.half || line.mean)) box.append(interval(line));
      box.append(make("div", { className: "both" }, make("span", { title: say("from_to", { base: line.base, changed: line.changed, unit: line.unit }), text: say("from_to", { base: line.a, changed: line.b, unit: line.unit }) }),
        make("span", { className: `verdict ${line.tone}`, text: line.verdict })));
      return box;
    }));
  };
  const interval = (line) => {
    const wide = Math.max(200, el("lines").clientWidth), high = 20, mid = wide / 2;
    const most = (Math.abs(line.mean) + line.half) * 1.08, x = (d) => mid + (mid - 8) * d / most;
    const colour = line.tone === "better" ? "#0072b2" : line.tone === "worse" ? "#c04a00" : "#7a7f87";
    const [a, b] = [x(line.mean - line.half), x(line.mean + line.half)];
    return draw("svg", { width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${line.difference} ${line.apart}` },
      draw("line", { x1: 4, x2: wide - 4, y1: 10, y2: 10, stroke: "#e3e7eb" }),
      draw("line", { x1: mid, x2: mid, y1: 1, y2: 19, stroke: "#1b1b1b", "stroke-dasharray": "2 2" }),
      draw("line", { x1: a, x2: b, y1: 10, y2: 10, stroke: colour, "stroke-width": 5, "stroke-linecap": "round" }),
      draw("circle", { cx: x(line.mean), cy: 10, r: 5, fill: "#fff", stroke: colour, "stroke-width": 2.5 }));
  };

  const waits = (places) => {
    const box = el("waits");
    if (!places) { box.replaceChildren(make("p", { className: "empty", text: say("waits_wait") })); return; }
    const total = (bar) => Object.values(bar).reduce((a, b) => a + b, 0);
    const most = Math.max(0, ...places.flatMap((one) => one.bars.map(total)));
    if (!most) { box.replaceChildren(make("p", { className: "empty", text: say("waits_none") })); return; }
    box.replaceChildren(...places.map((one) => {
      const thick = one.bars.length > 1 ? 10 : 14, high = one.bars.length * (thick + 2);
      const svg = draw("svg", { height: high, viewBox: `0 0 1000 ${high}`, preserveAspectRatio: "none", role: "img", "aria-label": one.totals.join(" → ") });
      one.bars.forEach((bar, k) => {
        let x = 0;
        for (const { cause, title, colour } of state.causes) {
          const wide = 1000 * (bar[cause] ?? 0) / most;
          if (wide <= 0) continue;
          const part = draw("rect", { class: "bar", x, y: k * (thick + 2), width: wide, height: thick, fill: colour });
          const hint = draw("title");
          hint.textContent = `${title}: ${numeral(bar[cause])}`;
          part.append(hint);
          svg.append(part);
          x += wide;
        }
      });
      const totals = make("div", { className: "totals" }, make("div", { text: one.totals[0], title: say("base") }));
      if (one.totals.length > 1) totals.append(make("b", { text: one.totals[1], title: say("changed") }));
      return make("div", { className: "place" }, make("div", { className: "name", text: one.title }), svg, totals);
    }));
  };

  const effects = () => {
    const box = el("effects"), told = state.changes;
    if (!state.moved.size) { box.replaceChildren(make("p", { className: "empty", text: say("nothing_changed") })); return; }
    if (!told) { box.replaceChildren(); return; }
    const list = make("ul");
    for (const one of told.effects) {
      const item = make("li", {}, `${one.title}: `, make("b", { text: one.text }));
      if (one.effective) item.append(make("div", { className: "eff", text: one.effective }));
      for (const warning of one.warnings) item.append(make("div", { className: "warn", text: warning }));
      list.append(item);
    }
    box.replaceChildren(list, ...(told.more ? [make("p", { className: "empty", text: told.more })] : []),
      ...told.notes.map((note) => make("p", { className: "say", text: note })));
  };

  // -- the moving map: one replication of each side, made when it is asked for
  let mapping = null;
  const noMap = () => {
    mapping?.abort();
    mapping = null;
    el("map").movie?.stop();
    el("map").replaceWith(make("div", { id: "map" }));
    el("map-told").textContent = "";
    el("map-show").hidden = false;
    el("map-show").disabled = !state.scenario;
  };
  el("map-show").onclick = async () => {
    noMap();
    const mine = mapping = new AbortController();
    el("map-show").disabled = true;
    el("map-told").textContent = say("map_making");
    try {
      const [answer, { mount }] = await Promise.all([send("map", { scenario: state.scenario.name, changes: asked() }, mine.signal), import(`${here}movie.js`)]);
      const told = await answer.json();
      if (mine !== mapping) return;
      el("map-show").hidden = true;
      el("map-told").textContent = "";
      mount(el("map"), told);
      el("map").focus();
    } catch (error) {
      if (mine !== mapping || error.name === "AbortError") return;
      el("map-show").disabled = false;
      el("map-told").textContent = error.status ? error.message : say("lost");
    }
  };

  // -- dialogs
  const dialog = el("dialog");
  const open = (title, words, named, label) => {
    el("dialog-title").textContent = say(title);
    el("dialog-text").textContent = words;
    el("dialog-text").hidden = !words;
    el("dialog-label").hidden = !named;
    el("dialog-told").replaceChildren();
    el("dialog-do").textContent = say(label);
    el("dialog-do").hidden = false;
    el("dialog-do").disabled = false;
    el("dialog-close").textContent = say("cancel");
    if (!dialog.open) dialog.showModal();
    (named ? el("dialog-name") : el("dialog-do")).focus();
  };
  const answered = (...inner) => {
    el("dialog-told").replaceChildren(...inner);
    el("dialog-do").hidden = true;
    el("dialog-close").textContent = say("close");
    el("dialog-close").focus();
  };
  const question = (over) => ({ scenario: state.scenario.name, changes: asked(), name: el("dialog-name").value.trim(), over });
  let over = false, act = () => {};
  const taken = () => {
    over = true;
    el("dialog-told").textContent = say("save_there", { file: `${el("dialog-name").value.trim()}.yaml` });
    el("dialog-do").textContent = say("save_over");
    el("dialog-do").disabled = false;
  };
  el("dialog-name").oninput = () => { over = false; el("dialog-told").replaceChildren(); };
  el("dialog-do").onclick = () => act();
  el("dialog-close").onclick = () => dialog.close();
  dialog.addEventListener("close", () => { state.job?.abort(); state.job = null; });
  dialog.querySelector("form").onsubmit = (event) => { event.preventDefault(); act(); };

  el("save").onclick = () => {
    over = false;
    act = async () => {
      el("dialog-do").disabled = true;
      try {
        const told = await (await send("save", question(over))).json();
        answered(told.words);
        listed(told.file);
      } catch (error) {
        el("dialog-do").disabled = false;
        if (error.taken) taken(); else el("dialog-told").textContent = error.status ? error.message : say("lost");
      }
    };
    open("save", "", true, "save_do");
  };
  const listed = (file) => {
    const select = el("scenario"), name = `./${file}`;
    if ([...select.options].some((one) => one.value === name)) return;
    let group = [...select.querySelectorAll("optgroup")].find((one) => one.label === say("of_the_folder"));
    if (!group) { group = make("optgroup", { label: say("of_the_folder") }); select.prepend(group); }
    group.append(make("option", { value: name, text: `${file.replace(/\.yaml$/, "").replaceAll("_", " ")} (${name})` }));
  };
  el("report").onclick = () => {
    over = false;
    act = async () => {
      el("dialog-do").disabled = true;
      state.job = new AbortController();
      try {
        const answer = await send("report", question(over), state.job.signal);
        await lines(answer, (piece) => {
          if (piece.kind === "stage") el("dialog-told").textContent = piece.text;
          else if (piece.kind === "taken") taken();
          else if (piece.kind === "refused") { el("dialog-told").textContent = piece.problems.join("\n"); el("dialog-do").disabled = false; }
          else if (piece.kind === "made")
            answered(make("a", { href: here + piece.address, target: "_blank", rel: "noopener", text: say("report_open") }), make("div", { text: piece.words }));
        });
      } catch (error) {
        if (error.name === "AbortError") return;
        el("dialog-do").disabled = false;
        el("dialog-told").textContent = error.status ? error.message : say("lost");
      }
    };
    const moved = state.moved.size > 0;
    open("report", `${say("report_hint")}${moved ? ` ${say("report_needs")}` : ""}`, moved, "report_do");
  };
  el("stop").onclick = () => {
    act = async () => {
      stopAsking();
      try { await send("stop", {}); } catch { /* it is gone already */ }
      dialog.close();
      document.body.replaceChildren(make("div", { className: "ended" }, make("div", {}, make("p", { text: say("stopped") }), make("p", { text: say("stopped_why") }))));
    };
    open("stop", say("stop_sure"), false, "stop");
  };

  el("scenario").onchange = choose;
  el("scope").onchange = show;
  el("search").oninput = panel;
  el("reset").onclick = () => { state.moved.clear(); panel(); later(); };
  const shaped = (cumulative) => { state.cumulative = cumulative; el("shape").ariaPressed = String(!cumulative); el("arrived").ariaPressed = String(cumulative); show(); };
  el("shape").onclick = () => shaped(false);
  el("arrived").onclick = () => shaped(true);
  let sized = 0;
  addEventListener("resize", () => { clearTimeout(sized); sized = setTimeout(show, 100); });
  begin().catch(failed);
})();
