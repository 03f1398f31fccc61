//! The listing as a page that needs nothing else: no script, no request.

use std::fmt::{self, Display};
use std::io::Write;

use super::listing::{Function, Line, Listing, Row};
use crate::report::ReportError;

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:14px/1.4 system-ui,sans-serif;margin:1rem}
h2{font-size:1.1rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
.file{margin:0;opacity:.7;overflow-wrap:anywhere}
.code{font:12px/1.5 ui-monospace,monospace;white-space:pre;tab-size:8;overflow-x:auto}
.code>*{width:max-content;min-width:100%}
summary{list-style:none;cursor:pointer}
summary::-webkit-details-marker{display:none}
summary:hover,summary:focus-visible{background:color-mix(in srgb,currentColor 12%,transparent)}
.nop{opacity:.55}
.asm{color:light-dark(#006000,#7fd67f)}
.call{color:light-dark(#00007a,#9db4ff)}
.place,.number{opacity:.6}
";

/// Text inside HTML.
struct Html<'t>(&'t str);

impl Display for Html<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let escaped = match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&#34;",
                _ => "&#39;",
            };
            formatter.write_str(&rest[..at])?;
            formatter.write_str(escaped)?;
            rest = &rest[at + 1..];
        }
        formatter.write_str(rest)
    }
}

/// Writes the page: what the profile is, then each function.
pub(super) fn write(
    title: &str,
    head: &[String],
    listing: &Listing,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<div class=\"legend\">",
        Html(title)
    )?;
    for line in head {
        writeln!(out, "{}<br>", Html(line))?;
    }
    writeln!(out, "Total: {}</div>", Html(&listing.total))?;
    for function in &listing.functions {
        write_function(function, out)?;
    }
    writeln!(out, "</body>\n</html>")?;
    Ok(())
}

fn write_function(function: &Function, out: &mut dyn Write) -> Result<(), ReportError> {
    let Function { name, file, flat, cum, percent, lines } = function;
    writeln!(out, "<h2>{}</h2>\n<p class=\"file\">{}</p>", Html(name), Html(file))?;
    writeln!(
        out,
        "<div class=\"code\"><div>  Total:  {:>10} {:>10} (flat, cum) {}</div>",
        Html(flat).to_string(),
        Html(cum).to_string(),
        Html(percent)
    )?;
    for line in lines {
        write_line(line, out)?;
    }
    writeln!(out, "</div>")?;
    Ok(())
}

fn write_line(line: &Line, out: &mut dyn Write) -> Result<(), ReportError> {
    let Line { number, text, flat, cum, has_code, rows } = line;
    let text = Html(text);
    let shown = format!(
        "<span class=\"number\"> {number:>6}</span>   {flat:>10} {cum:>10}           {text}"
    );
    if !has_code {
        writeln!(out, "<div class=\"nop\">{shown}</div>")?;
        return Ok(());
    }
    write!(out, "<details><summary>{shown}</summary><div class=\"asm\">")?;
    for row in rows {
        match row {
            Row::Gap => writeln!(out, " {:8} {:>28}", "", "⋮")?,
            Row::Call { text, place } => writeln!(
                out,
                " {:8} {:10} {:10} {:8}  <span class=\"call\">{}</span> <span class=\"place\">{}</span>",
                "",
                "",
                "",
                "",
                Html(text),
                Html(place)
            )?,
            Row::Instruction { flat, cum, address, text, place } => writeln!(
                out,
                " {:8} {flat:>10} {cum:>10} {address:>8x}: {} <span class=\"place\">{}</span>",
                "",
                Html(&format!("{text:<80}")),
                Html(place)
            )?,
        }
    }
    writeln!(out, "</div></details>")?;
    Ok(())
}
