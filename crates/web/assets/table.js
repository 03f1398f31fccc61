// A table that can be searched, sorted by column, and whose rows can be chosen.

import { address, element, later } from "./app.js";
import { openActions } from "./actions.js";

/**
 * Columns have a title, `sort` (a number or text of a row) and `cell` (text or elements). Rows have a name. Returns the
 * elements to show.
 */
export function table(columns, rows, caption) {
  const state = { by: null, descending: true };
  const body = element("tbody");
  const chosen = new Set();
  const bar = element("div", { className: "chosen", hidden: true });
  const lines = rows.map((row) => line(row, columns));
  const heads = columns.map((column) => head(column, () => sort(column)));
  const made = element(
    "table",
    {},
    element("caption", { className: "unseen" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  const fill = () => body.replaceChildren(...lines.map((one) => one.element));

  function sort(column) {
    state.descending = state.by === column ? !state.descending : typeof column.sort(rows[0] ?? {}) !== "string";
    state.by = column;
    const sign = state.descending ? -1 : 1;
    lines.sort((a, b) => sign * compared(column.sort(a.row), column.sort(b.row)));
    columns.forEach((other, at) => {
      const order = other === column ? (state.descending ? "descending" : "ascending") : "none";
      heads[at].setAttribute("aria-sort", order);
    });
    fill();
  }

  function choose(one, isMore) {
    const was = chosen.has(one);
    if (!isMore) chosen.clear();
    if (was) chosen.delete(one);
    else chosen.add(one);
    for (const other of lines) {
      other.element.classList.toggle("chosen", chosen.has(other));
      other.element.setAttribute("aria-selected", chosen.has(other));
    }
    say();
  }

  function say() {
    const names = [...chosen].map((one) => one.row.name);
    bar.hidden = names.length === 0;
    const button = element("button", { type: "button", className: "primary" }, "Actions");
    button.addEventListener("click", () => {
      const place = button.getBoundingClientRect();
      openActions(place.left, place.bottom, names);
    });
    bar.replaceChildren(element("span", {}, names.length === 1 ? names[0] : `${names.length} functions`), button);
  }

  for (const one of lines) {
    one.element.addEventListener("click", (event) => {
      if (!event.target.closest("a")) choose(one, event.ctrlKey || event.metaKey || event.shiftKey);
    });
    one.element.addEventListener("keydown", (event) => {
      if (event.key === " " || event.key === "Enter") choose(one, true);
      else if (event.key === "ArrowDown") one.element.nextElementSibling?.focus();
      else if (event.key === "ArrowUp") one.element.previousElementSibling?.focus();
      else if (event.key === "m") openFor(one);
      else return;
      event.preventDefault();
    });
    one.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      openActions(event.clientX, event.clientY, [one.row.name]);
    });
  }

  function openFor(one) {
    const place = one.element.getBoundingClientRect();
    openActions(place.left + 40, place.bottom, [one.row.name]);
  }

  fill();
  searchRows(lines);
  return [bar, element("div", { className: "scroll" }, made)];
}

function compared(a, b) {
  return typeof a === "string" ? a.localeCompare(b) : a - b;
}

function head(column, sort) {
  const button = element("button", { type: "button", title: `Sort by ${column.title}` }, column.title);
  button.addEventListener("click", sort);
  const made = element("th", { scope: "col", className: column.kind ?? "" }, button);
  if (column.isSorted) made.setAttribute("aria-sort", "descending");
  return made;
}

function line(row, columns) {
  const cells = columns.map((column) => element("td", { className: column.kind ?? "" }, ...[column.cell(row)].flat()));
  const made = element("tr", { tabIndex: 0 }, ...cells);
  made.setAttribute("aria-selected", "false");
  return { row, element: made };
}

/** Shows only rows whose name matches the search. */
function searchRows(lines) {
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const find = () => {
    const q = search.value;
    history.replaceState(history.state, "", address({ q }));
    let regex = null;
    found.classList.remove("wrong");
    try {
      regex = q ? new RegExp(q) : null;
    } catch (error) {
      found.textContent = error.message;
      found.classList.add("wrong");
      return;
    }
    let count = 0;
    for (const { row, element: made } of lines) {
      made.hidden = regex !== null && !regex.test(row.name);
      count += made.hidden ? 0 : 1;
    }
    found.textContent = regex ? `${count} of ${lines.length} rows` : "";
  };
  search.oninput = later(find, 120);
  if (search.value) find();
}
