// Reports as text: callers and callees, source, instructions. Names lead on.

import { address, element, exactly, show } from "./app.js";

const ROW = /^(.*?\|\s+)(\S.*?)( \((?:partial-)?inline\))?$/;
const NAME = /^(.*?) +(\S+:\d+)$/;

/** Lines of a peek as links to the peek of the function that they are of. */
function linked(line) {
  const parts = ROW.exec(line);
  if (!parts) return `${line}\n`;
  const name = NAME.exec(parts[2])?.[1] ?? parts[2];
  const href = address({ f: exactly(name) });
  return [parts[1], element("a", { href }, parts[2]), `${parts[3] ?? ""}\n`];
}

show(
  (data) => {
    if (!data.text) return [];
    const isPeek = document.body.dataset.page === "peek";
    const contents = isPeek ? data.text.split("\n").flatMap(linked) : [data.text];
    return element("pre", { tabIndex: 0 }, ...contents);
  },
);

// Without functions there is nothing to show, so they are asked for.
if (!new URLSearchParams(location.search).get("f")) {
  document.getElementById("refine").open = true;
  document.querySelector("#options input[name=f]").focus();
}
