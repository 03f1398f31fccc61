// The graph: drawn on the server, moved and zoomed here.

import { element, show } from "./app.js";
import { openActions } from "./actions.js";

const STEP = 1.25;
const NEAREST = 40;

let picture = null;
let view = null;
let whole = null;

show((data) => {
  const start = data.text.indexOf("<svg");
  if (start < 0) {
    const text = "This build draws no graphs; this is the graph in Graphviz's language.";
    return [element("p", { className: "note" }, text), element("pre", { tabIndex: 0 }, data.text)];
  }
  picture = document.importNode(read(data.text.slice(start)), true);
  whole = picture.getAttribute("viewBox").split(/\s+/).map(Number);
  view = [...whole];
  const frame = element("div", { id: "graph", tabIndex: 0 }, picture);
  frame.setAttribute("aria-label", "Graph. Plus, minus and arrow keys move it; a click on a function opens a menu.");
  listen(frame);
  return [buttons(frame), frame];
});

/** The drawing without its own script, which the page's policy forbids. */
function read(text) {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  svg.querySelectorAll("script, style").forEach((part) => part.remove());
  return svg;
}

function buttons(frame) {
  const button = (text, title, action) => {
    const made = element("button", { type: "button", title }, text);
    made.setAttribute("aria-label", title);
    made.addEventListener("click", action);
    return made;
  };
  return element(
    "div",
    { className: "zoom" },
    button("+", "Closer", () => zoom(frame, 1 / STEP)),
    button("−", "Further away", () => zoom(frame, STEP)),
    button("Fit", "The whole graph", () => set(whole)),
  );
}

function set(next) {
  view = [...next];
  picture.setAttribute("viewBox", view.join(" "));
}

/** Makes everything larger or smaller around a point, given in pixels of the frame. */
function zoom(frame, factor, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
  const [left, top, width, height] = view;
  const size = Math.min(Math.max(width * factor, whole[2] / NEAREST), whole[2] * 2);
  const scale = size / width;
  const [px, py] = [x / frame.clientWidth, y / frame.clientHeight];
  set([left + width * px * (1 - scale), top + height * py * (1 - scale), size, height * scale]);
}

/** Moves the drawing by pixels. */
function move(frame, x, y) {
  const scale = Math.max(view[2] / frame.clientWidth, view[3] / frame.clientHeight);
  set([view[0] - x * scale, view[1] - y * scale, view[2], view[3]]);
}

const KEYS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

function listen(frame) {
  const touching = new Map();
  let moved = 0;
  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(frame, event.deltaY > 0 ? STEP : 1 / STEP, event.offsetX, event.offsetY);
  }, { passive: false });
  frame.addEventListener("pointerdown", (event) => {
    touching.set(event.pointerId, [event.clientX, event.clientY]);
    moved = 0;
  });
  frame.addEventListener("pointermove", (event) => {
    const before = touching.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (touching.size === 1) {
      move(frame, now[0] - before[0], now[1] - before[1]);
    } else {
      const [, other] = [...touching].find(([id]) => id !== event.pointerId);
      const distance = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
      zoom(frame, distance(before) / distance(now));
    }
    touching.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    frame.addEventListener(end, (event) => touching.delete(event.pointerId));
  }
  frame.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(frame, 1 / STEP);
    else if (event.key === "-") zoom(frame, STEP);
    else if (event.key === "0") set(whole);
    else if (KEYS[event.key]) move(frame, ...KEYS[event.key]);
    else return;
    event.preventDefault();
  });
  frame.addEventListener("click", (event) => {
    const name = moved < 5 ? nameOf(event.target.closest("g.node")) : null;
    if (name) openActions(event.clientX, event.clientY, [name]);
  });
}

/** The function of a node: its title without the value behind it. */
function nameOf(node) {
  const title = node?.querySelector("title")?.textContent;
  return title?.replace(/ \([^()]*\)$/, "");
}
