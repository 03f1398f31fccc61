// What can be done with a function: a menu of links.

import { address, element, exactly, parameters } from "./app.js";

const menu = element("div", { id: "actions", className: "panel", hidden: true });
menu.setAttribute("role", "menu");
document.body.append(menu);
let opener = null;

/** Links for functions. Names are added to a filter that is set already. */
function links(names) {
  const one = names.map(exactly).join("|");
  const added = (name) => {
    const before = parameters().get(name);
    return before && before !== one ? `${before}|${one}` : one;
  };
  return [
    ["Focus", "Only stacks with it", address({ f: added("f"), p: "" })],
    ["Ignore", "Without the stacks that have it", address({ i: added("i"), p: "" })],
    ["Hide", "Stacks without its frames", address({ h: added("h"), p: "" })],
    ["Show only", "Only its frames", address({ s: added("s"), p: "" })],
    ["Show from", "Stacks from its outermost frame on", address({ sf: one, p: "" })],
    ["Callers and callees", "Peek", address({ f: one, p: "" }, "peek")],
    ["Source", "Lines of it", address({ f: one, p: "" }, "source")],
    ["Disassembly", "Instructions of it", address({ f: one, p: "" }, "disasm")],
  ];
}

/** Opens the menu for functions beside a point of the window. */
export function openActions(x, y, names) {
  opener = document.activeElement;
  const title = names.length === 1 ? names[0] : `${names.length} functions`;
  const entries = links(names).map(([text, help, href]) => {
    const link = element("a", { href, title: help }, text);
    link.setAttribute("role", "menuitem");
    return link;
  });
  menu.replaceChildren(element("p", { className: "title" }, title), ...entries);
  menu.hidden = false;
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 8))}px`;
  entries[0].focus({ preventScroll: true });
}

function close(back) {
  if (menu.hidden) return;
  menu.hidden = true;
  if (back) opener?.focus({ preventScroll: true });
}

menu.addEventListener("keydown", (event) => {
  const entries = [...menu.querySelectorAll("a")];
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (to !== undefined) {
    entries[(to + entries.length) % entries.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    close(true);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("pointerdown", (event) => {
  if (!menu.contains(event.target)) close(false);
});
document.addEventListener("scroll", () => close(false), { passive: true });
