// Functions by what they took.

import { element, share, show } from "./app.js";
import { table } from "./table.js";

/** A bar as wide as a share of the total. */
function bar(value, total) {
  const made = element("span", { className: "share" });
  made.setAttribute("aria-hidden", "true");
  const part = element("span");
  part.style.width = `${Math.min(100, (Math.abs(value) / (total || 1)) * 100)}%`;
  made.append(part);
  return made;
}

show((data) => {
  const { rows, total } = data;
  let sum = 0;
  for (const row of rows) {
    sum += row.flat;
    row.sum = sum;
  }
  const columns = [
    { title: "Flat", kind: "number", isSorted: true, sort: (row) => row.flat, cell: (row) => row.flat_text },
    { title: "Flat%", kind: "number", sort: (row) => row.flat, cell: (row) => [share(row.flat, total), bar(row.flat, total)] },
    { title: "Sum%", kind: "number rare", sort: (row) => row.sum, cell: (row) => share(row.sum, total) },
    { title: "Cum", kind: "number", sort: (row) => row.cum, cell: (row) => row.cum_text },
    { title: "Cum%", kind: "number", sort: (row) => row.cum, cell: (row) => [share(row.cum, total), bar(row.cum, total)] },
    { title: "Name", kind: "name", sort: (row) => row.name, cell: name },
  ];
  const legend = data.legend.filter((line) => /^(Showing|Dropped)/.test(line)).join(" · ");
  return [element("p", { className: "legend" }, legend), ...table(columns, rows, "Functions by what they took")];
});

function name(row) {
  return row.inline ? [row.name, " ", element("small", {}, row.inline)] : row.name;
}
