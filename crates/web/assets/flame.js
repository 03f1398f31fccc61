// The flame graph: callers above, callees below the frame it begins at.

import { address, changeText, element, exactly, later, load, main, parameters, share, show, valueText } from "./app.js";
import { openActions } from "./actions.js";

const ROW = 20;
const SMALLEST = 1.5;
const LONG_PRESS = 550;
const FIELDS = 5;

const search = document.getElementById("search");
const found = document.getElementById("found");
const details = element("div", { id: "details" });
const chart = element("div", { id: "flame" });
chart.setAttribute("role", "tree");
chart.setAttribute("aria-label", "Flame graph. Arrow keys move, Enter begins at a frame, M opens a menu.");

let data = null;
let matches = new Set();
let boxes = [];

/** A hue for a package: the same one each time. */
function hue(text) {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  return (hash >>> 0) % 360;
}

/** A name without the path of its package. */
function short(name) {
  const end = name.search(/[[(<]/);
  const head = end < 0 ? name : name.slice(0, end);
  return name.slice(head.lastIndexOf("/") + 1);
}

/** Boxes with their places as shares of the width, from a list where each is followed by those on it. */
function placed(list, start, scale, upwards) {
  const placed = [];
  const open = [];
  for (let at = 0; at < list.length; at += FIELDS) {
    const [depth, source, plus, minus, own] = list.slice(at, at + FIELDS);
    const size = plus + minus;
    open.length = depth;
    const parent = open[depth - 1];
    const left = parent ? parent.next : start;
    if (parent) parent.next += size * scale;
    const box = { depth, source, plus, minus, own, size, left, width: size * scale, next: left, parent, upwards };
    open.push(box);
    placed.push(box);
  }
  return placed;
}

/** All boxes that are drawn, from top to bottom, with the row of each. */
function layout() {
  const sizeOf = (branch) => branch.callees[2] + branch.callees[3];
  const sum = data.branches.reduce((all, branch) => all + sizeOf(branch), 0);
  const scale = sum ? 1 / sum : 0;
  const [below, above] = [[], []];
  let left = 0;
  for (const branch of data.branches) {
    below.push(...placed(branch.callees, left, scale, false));
    // The first one is the frame itself.
    above.push(...placed(branch.callers, left, scale, true).slice(1));
    left += sizeOf(branch) * scale;
  }
  const width = chart.clientWidth || main.clientWidth;
  const wide = (box) => box.width * width >= SMALLEST;
  const callers = above.filter(wide);
  const callees = below.filter(wide);
  const rowsAbove = callers.reduce((most, box) => Math.max(most, box.depth), 0);
  for (const box of callers) box.row = rowsAbove - box.depth;
  for (const box of callees) box.row = rowsAbove + box.depth;
  return [...callers, ...callees];
}

function draw() {
  boxes = layout();
  const width = chart.clientWidth || main.clientWidth;
  const rows = boxes.reduce((most, box) => Math.max(most, box.row), 0) + 1;
  chart.style.height = `${rows * ROW}px`;
  chart.replaceChildren(...boxes.map((box, index) => drawn(box, index, width)));
  mark();
  const first = boxes.findIndex((box) => !box.upwards);
  if (first >= 0) {
    boxes[first].element.tabIndex = 0;
    describe(boxes[first]);
  }
}

function drawn(box, index, width) {
  const [name, , packageName, isInline] = data.sources[box.source];
  const made = element("div", { className: "box", tabIndex: -1 });
  made.setAttribute("role", "treeitem");
  made.setAttribute("aria-level", box.row + 1);
  made.setAttribute("aria-label", `${name}, ${amountText(box)}`);
  made.dataset.index = index;
  const room = box.width * width;
  if (room > 24) made.textContent = room > name.length * 7 ? name : short(name);
  made.classList.toggle("inline", isInline);
  made.classList.toggle("pivot", box.depth === 0 && data.is_pivoted);
  made.classList.toggle("root", name === "all" && box.depth === 0 && !data.is_pivoted);
  made.style.left = `${box.left * 100}%`;
  made.style.width = `${Math.max(room - 1, 1)}px`;
  made.style.top = `${box.row * ROW}px`;
  colour(made, box, packageName);
  box.element = made;
  return made;
}

function colour(made, box, packageName) {
  if (data.is_difference) {
    const change = box.size ? (box.plus - box.minus) / box.size : 0;
    made.classList.add(change > 0.005 ? "grown" : change < -0.005 ? "shrunk" : "same");
    made.style.setProperty("--change", `${Math.round(20 + 80 * Math.min(1, Math.abs(change) * 1.5))}%`);
  } else {
    made.style.setProperty("--hue", hue(packageName || data.sources[box.source][0]));
  }
}

function amountText(box) {
  const { units, is_difference: isDifference } = data;
  if (isDifference) return changeText(box.plus, box.minus, units);
  return `${valueText(box.size, units)} (${share(box.size, data.total)})`;
}

/** Says what a box is, above the drawing. */
function describe(box) {
  const [name, file, packageName, isInline] = data.sources[box.source];
  const facts = [amountText(box)];
  if (!data.is_difference && box.own) facts.push(`itself ${valueText(box.own, data.units)} (${share(box.own, data.total)})`);
  if (isInline) facts.push("inlined");
  if (file) facts.push(file);
  else if (packageName && packageName !== name) facts.push(packageName);
  const button = element("button", { type: "button", title: "Focus, ignore, hide, source … (M)" }, "Actions");
  button.addEventListener("click", () => {
    const place = button.getBoundingClientRect();
    openMenu(box, place.left, place.bottom);
  });
  const buttons = name === "all" ? [] : [button];
  if (data.is_pivoted) {
    buttons.push(element("a", { className: "button", href: address({ p: "" }) }, "All stacks"));
  }
  details.replaceChildren(
    element("div", { className: "what" }, element("b", {}, name), element("span", {}, facts.join(" · "))),
    element("div", { className: "buttons" }, ...buttons),
  );
}

function openMenu(box, x, y) {
  const name = data.sources[box.source][0];
  if (name !== "all") openActions(x, y, [name]);
}

/** Marks the boxes that a search found. */
function mark() {
  const isSearching = search.value !== "";
  chart.classList.toggle("searching", isSearching);
  for (const box of boxes) {
    box.element.classList.toggle("match", isSearching && matches.has(data.sources[box.source][4]));
  }
}

let searching = null;

async function find() {
  searching?.abort();
  const q = search.value;
  history.replaceState(history.state, "", address({ q }));
  keepSearch(q);
  matches = new Set();
  found.textContent = "";
  if (q) {
    searching = new AbortController();
    try {
      const answer = await load("search", parameters(), searching.signal);
      matches = new Set(answer.sources);
      if (data) mark();
      const size = answer.amount[0] + answer.amount[1];
      found.textContent = `${valueText(size, data.units)} (${share(size, data.all[0] + data.all[1])}) in ${matches.size} ${matches.size === 1 ? "function" : "functions"}`;
      found.classList.remove("wrong");
    } catch (error) {
      if (error.name === "AbortError") return;
      found.textContent = error.message;
      found.classList.add("wrong");
    }
  }
  if (data) mark();
}

/** Links to other pages take the search along. */
function keepSearch(q) {
  for (const link of document.querySelectorAll("nav a, .chips a")) {
    const [path, query] = link.getAttribute("href").split("?");
    link.setAttribute("href", address({ q }, path, new URLSearchParams(query)));
  }
}

/** Begins the drawing at what matches; Back returns. */
function pivot(expression) {
  history.pushState(null, "", address({ p: expression }));
  render();
}

async function render() {
  chart.setAttribute("aria-busy", "true");
  await show((answer) => {
    data = answer;
    if (!data.all[0] && !data.all[1]) {
      return element("p", { className: "note" }, "No samples: the filters leave nothing.");
    }
    return [...legend(), details, chart];
  });
  chart.removeAttribute("aria-busy");
  if (!data || !chart.isConnected) return;
  draw();
  if (search.value) find();
}

function legend() {
  if (!data.is_difference) return [];
  const change = changeText(data.all[0], data.all[1], data.units);
  return [
    element(
      "p",
      { className: "legend" },
      element("span", { className: "key grown" }, "grown"),
      element("span", { className: "key same" }, "same"),
      element("span", { className: "key shrunk" }, "shrunk"),
      element("span", {}, `${data.kind}: ${change}`),
    ),
  ];
}

function boxOf(event) {
  const made = event.target.closest(".box");
  return made ? boxes[Number(made.dataset.index)] : null;
}

function activate(box) {
  const name = data.sources[box.source][0];
  pivot(name === "all" ? "" : exactly(name));
}

/** The box that an arrow key leads to. */
function neighbour(box, key) {
  const middle = box.left + box.width / 2;
  const inRow = (row) => boxes.filter((other) => other.row === row);
  const nearest = (others) =>
    others.sort((a, b) => Math.abs(a.left + a.width / 2 - middle) - Math.abs(b.left + b.width / 2 - middle))[0];
  const under = (row) => {
    const others = inRow(row);
    const touching = others.filter((o) => o.left < box.left + box.width && box.left < o.left + o.width);
    return touching.sort((a, b) => b.width - a.width)[0];
  };
  switch (key) {
    case "ArrowUp":
      return under(box.row - 1);
    case "ArrowDown":
      return under(box.row + 1);
    case "ArrowLeft":
      return nearest(inRow(box.row).filter((other) => other.left < box.left));
    case "ArrowRight":
      return nearest(inRow(box.row).filter((other) => other.left > box.left));
    case "Home":
      return boxes.find((other) => other.depth === 0 && !other.upwards);
    default:
      return undefined;
  }
}

function goTo(box) {
  chart.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  box.element.tabIndex = 0;
  box.element.focus();
}

chart.addEventListener("pointerover", (event) => {
  const box = boxOf(event);
  if (box) describe(box);
});
chart.addEventListener("focusin", (event) => {
  const box = boxOf(event);
  if (box) describe(box);
});
chart.addEventListener("keydown", (event) => {
  const box = boxOf(event);
  if (!box) return;
  const next = neighbour(box, event.key);
  if (next) {
    goTo(next);
  } else if (event.key === "Enter" || event.key === " ") {
    activate(box);
  } else if (event.key === "m" || event.key === "M") {
    const place = box.element.getBoundingClientRect();
    openMenu(box, place.left, place.bottom);
  } else {
    return;
  }
  event.preventDefault();
});

let pressed = 0;
let wasLong = false;

chart.addEventListener("pointerdown", (event) => {
  const box = boxOf(event);
  wasLong = false;
  clearTimeout(pressed);
  if (!box || event.pointerType === "mouse") return;
  pressed = setTimeout(() => {
    wasLong = true;
    openMenu(box, event.clientX, event.clientY);
  }, LONG_PRESS);
});
for (const end of ["pointerup", "pointercancel", "pointermove"]) {
  chart.addEventListener(end, (event) => {
    if (end !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 3) clearTimeout(pressed);
  });
}
chart.addEventListener("contextmenu", (event) => {
  const box = boxOf(event);
  if (!box) return;
  event.preventDefault();
  if (!wasLong) openMenu(box, event.clientX, event.clientY);
});
chart.addEventListener("click", (event) => {
  const box = boxOf(event);
  if (box && !wasLong) activate(box);
});
details.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  pivot("");
});
search.addEventListener("input", later(find, 200));
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !search.value) return;
  event.preventDefault();
  pivot(search.value);
});
addEventListener("popstate", () => {
  search.value = parameters().get("q") ?? "";
  render();
});
addEventListener("resize", later(() => data && chart.isConnected && draw(), 100));

render();
