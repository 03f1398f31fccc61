// Functions by how much they changed.

import { changeText, element, show, valueText } from "./app.js";
import { table } from "./table.js";

show((data) => {
  const { units, rows, all } = data;
  const difference = ([after, before]) => after - before;
  const signed = (value) => {
    const text = valueText(Math.abs(value), units);
    const made = element("span", {}, value > 0 ? `+${text}` : value < 0 ? `−${text}` : "0");
    made.className = value > 0 ? "more" : value < 0 ? "less" : "";
    return made;
  };
  const ratio = ([after, before]) => (before ? after / before - 1 : after ? Infinity : 0);
  const percent = (value) => {
    const part = ratio(value);
    if (part === Infinity) return "new";
    if (part === 0) return "";
    return value[0] === 0 ? "gone" : `${part > 0 ? "+" : "−"}${Math.abs(part * 100).toFixed(1)}%`;
  };
  const columns = [
    { title: "Change", kind: "number", isSorted: true, sort: (row) => Math.abs(difference(row.flat)), cell: (row) => signed(difference(row.flat)) },
    { title: "Change%", kind: "number", sort: (row) => ratio(row.flat), cell: (row) => percent(row.flat) },
    { title: "Before", kind: "number rare", sort: (row) => row.flat[1], cell: (row) => valueText(row.flat[1], units) },
    { title: "Now", kind: "number rare", sort: (row) => row.flat[0], cell: (row) => valueText(row.flat[0], units) },
    { title: "With callees", kind: "number", sort: (row) => Math.abs(difference(row.cum)), cell: (row) => signed(difference(row.cum)) },
    { title: "Name", kind: "name", sort: (row) => row.name, cell: (row) => row.name },
  ];
  const besides = data.left_out ? ` ${data.left_out} functions that changed less are left out.` : "";
  const legend = element("p", { className: "legend" }, `All: ${changeText(all[0], all[1], units)}.${besides}`);
  return [legend, ...table(columns, rows, "Functions by how much they changed")];
});
