// What all pages share: addresses, data, values as text, the controls above the contents.

const page = document.body.dataset.page;
export const main = document.getElementById("main");

export function parameters() {
  return new URLSearchParams(location.search);
}

/** The address of a page with some parameters changed; an empty value removes one. */
export function address(changes, path = page, from = parameters()) {
  for (const [name, value] of Object.entries(changes)) {
    if (value) from.set(name, value);
    else from.delete(name);
  }
  return `${path}?${from}`;
}

/** A name as a regular expression that matches nothing else, in Go's syntax. */
export function exactly(name) {
  return `^${quoted(name)}$`;
}

export function quoted(name) {
  return name.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

let running = null;

/** The data of this page, or of another with the same parameters. A question that is overtaken by another fails silently. */
export async function load(name = page, query = parameters(), signal) {
  if (!signal) {
    running?.abort();
    running = new AbortController();
    signal = running.signal;
  }
  const answer = await fetch(`${name}.json?${query}`, { signal });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error);
  return data;
}

/** Shows what a page is made of, with its messages above, or why it cannot be. */
export async function show(draw, options = {}) {
  main.setAttribute("aria-busy", "true");
  try {
    const data = await load();
    const contents = draw(data);
    main.replaceChildren(...notes(data.messages, options.note), ...[contents].flat());
  } catch (error) {
    if (error.name === "AbortError") return;
    main.replaceChildren(element("p", { className: "error", role: "alert" }, error.message));
  }
  main.removeAttribute("aria-busy");
}

function notes(messages = [], kind = "note") {
  return messages.map((text) => element("p", { className: kind, role: "status" }, text));
}

/** A value in the largest unit of which it has at least one. */
export function valueText(value, units) {
  const size = Math.abs(value);
  const fits = units.filter(([, factor]) => size >= factor);
  const [name, factor] = fits.length ? fits[fits.length - 1] : units[0];
  const number = value / factor;
  const digits = Number.isInteger(number) || Math.abs(number) >= 1000 ? 0 : 2;
  const text = number.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return value === 0 ? "0" : `${text}${name ? ` ${name}` : ""}`;
}

export function share(value, total) {
  if (!total) return "";
  if (!value) return "0%";
  const percent = (Math.abs(value) / total) * 100;
  return `${percent >= 99.95 && percent <= 100.05 ? "100" : percent.toFixed(percent < 0.1 ? 3 : 2)}%`;
}

/** A change in words: from what to what, and how much of it. */
export function changeText(after, before, units) {
  const difference = after - before;
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  const part = before ? `, ${sign}${((Math.abs(difference) / before) * 100).toFixed(1)}%` : after ? ", new" : "";
  const amount = `${sign}${valueText(Math.abs(difference), units)}`;
  return `${valueText(before, units)} → ${valueText(after, units)} (${amount}${part})`;
}

/** Calls back a while after the last call. */
export function later(callback, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...values), milliseconds);
  };
}

function prepareValue() {
  const value = document.getElementById("value");
  value.addEventListener("change", () => location.assign(address({ si: value.value })));
}

function prepareForm() {
  const form = document.getElementById("options");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value) given.append(name, value);
    }
    const search = parameters().get("q");
    if (search) given.set("q", search);
    location.assign(`${page}?${given}`);
  });
}

function prepareTheme() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const say = () => {
    button.textContent = { light: "Light", dark: "Dark" }[root.dataset.theme] ?? "Auto";
    button.setAttribute("aria-label", `Colours: ${button.textContent}`);
  };
  button.addEventListener("click", () => {
    const next = { light: "dark", dark: "" }[root.dataset.theme] ?? "light";
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    localStorage.setItem("theme", next);
    say();
  });
  say();
}

function prepareConfigs() {
  const change = async (path, method, query) => {
    const answer = await fetch(`${path}?${query}`, { method });
    if (answer.ok) location.reload();
    else window.alert(await answer.text());
  };
  const form = document.getElementById("save");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = parameters();
    query.set("config", new FormData(form).get("config"));
    change("saveconfig", "POST", query);
  });
  for (const button of document.querySelectorAll("[data-config]")) {
    const query = new URLSearchParams({ config: button.dataset.config });
    button.addEventListener("click", () => change("deleteconfig", "DELETE", query));
  }
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const isOutside = event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.target);
    if (!isOutside) continue;
    menu.open = false;
    if (event.type === "keydown") menu.querySelector("summary").focus();
  }
}

function focusSearch(event) {
  const isTyping = event.target.closest("input, select, textarea");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
  const field = document.getElementById("search") ?? document.querySelector("#options input[name=f]");
  if (!field) return;
  event.preventDefault();
  const details = field.closest("details");
  if (details) details.open = true;
  field.focus();
}

prepareValue();
prepareForm();
prepareTheme();
prepareConfigs();
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
document.addEventListener("keydown", focusSearch);
