//! The frame of every page, as HTML: title, pages, values, filters, configurations. What a page shows comes from its
//! script.

use std::borrow::Cow;
use std::fmt::Write;

use plumb_view::{Config, FIELDS, Field, Slot, field};

use crate::configs;
use crate::query::Query;
use crate::site::{Refusal, Site};

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// Its name in addresses, as pprof's.
    pub(crate) path: &'static str,
    title: &'static str,
    script: &'static str,
    help: &'static str,
}

const fn page(
    path: &'static str,
    title: &'static str,
    script: &'static str,
    help: &'static str,
) -> Page {
    Page { path, title, script, help }
}

/// All pages, in the order of the menu.
pub(crate) const PAGES: [Page; 7] = [
    page("flamegraph", "Flame graph", "flame.js", "Merged stacks, callers above their callees"),
    page("top", "Top", "top.js", "Functions by what they took"),
    page("compare", "Compare", "compare.js", "Functions by how much they changed"),
    page("graph", "Graph", "graph.js", "Functions and the calls between them"),
    page("peek", "Peek", "text.js", "Callers and callees of some functions"),
    page("source", "Source", "text.js", "Source lines of some functions"),
    page("disasm", "Disassembly", "text.js", "Instructions of some functions"),
];

/// Options that the form has a field of text for, and what it is called there.
const TEXTS: [(&str, &str); 11] = [
    ("focus", "Focus"),
    ("ignore", "Ignore"),
    ("hide", "Hide"),
    ("show", "Show"),
    ("show_from", "Show from"),
    ("prune_from", "Prune from"),
    ("tagfocus", "Labels: focus"),
    ("tagignore", "Labels: ignore"),
    ("tagshow", "Labels: show"),
    ("taghide", "Labels: hide"),
    ("nodecount", "Most nodes"),
];

/// Options that the form has a choice for.
const CHOICES: [(&str, &str, &[&str]); 2] = [
    ("granularity", "Granularity", &["functions", "filefunctions", "files", "lines", "addresses"]),
    ("unit", "Unit", &["auto", "B", "kB", "MB", "GB", "TB", "ns", "us", "ms", "s", "hrs", "GCU"]),
];

/// Options that the form has a box to tick for.
const SWITCHES: [(&str, &str); 5] = [
    ("noinlines", "Inlined functions count for their caller"),
    ("drop_negative", "Without values below zero"),
    ("relative_percentages", "Percentages of what filters leave"),
    ("call_tree", "Graph: a tree of calls"),
    ("mean", "Mean of each sample"),
];

/// Parameters of pages that are no options: they go on from page to page with the rest.
const CARRIED: [&str; 2] = ["p", "q"];

/// A page without its contents.
pub(crate) fn html(
    site: &Site,
    page: &Page,
    parameters: &Query,
    config: &Config,
) -> Result<String, Refusal> {
    let description = site.description(config)?;
    let value = |name: &str| {
        let lines = description.lines.iter();
        lines.filter_map(|line| line.strip_prefix(name)).next().unwrap_or("unknown").to_owned()
    };
    let title = format!("{} {}", value("File: "), value("Type: "));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · {page_title}</title>\n\
         <link rel=\"icon\" href=\"static/icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"static/app.css\">\n\
         <link rel=\"stylesheet\" href=\"static/flame.css\">\n\
         <script src=\"static/theme.js\"></script>\n\
         <script type=\"module\" src=\"static/{script}\"></script>\n</head>\n\
         <body data-page=\"{path}\">\n\
         <a class=\"skip\" href=\"#main\">To the contents</a>\n<header>\n{bar}{tools}{filters}</header>\n\
         <main id=\"main\" tabindex=\"-1\" aria-busy=\"true\">\
         <p class=\"wait\" role=\"status\">Reading the profile…</p></main>\n\
         <noscript><p class=\"error\">These pages need JavaScript.</p></noscript>\n</body>\n</html>\n",
        title = escaped(&title),
        page_title = page.title,
        script = page.script,
        path = page.path,
        bar = bar(site, page, parameters, &title, &description.lines),
        tools = tools(site, page, parameters, config)?,
        filters = filters(parameters, config),
    ))
}

/// Name, what the profile is of, and the pages.
fn bar(site: &Site, page: &Page, parameters: &Query, title: &str, legend: &[String]) -> String {
    let address = parameters.address();
    let mut links = String::new();
    for other in PAGES.iter().filter(|page| page.path != "compare" || site.is_difference) {
        let current = if other == page { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(
            links,
            "<a href=\"{}{}\" title=\"{}\"{current}>{}</a>",
            other.path,
            escaped(&address),
            other.help,
            other.title
        );
    }
    let legend: String =
        legend.iter().map(|line| format!("<div>{}</div>", escaped(line))).collect();
    format!(
        "<div class=\"bar\">\n<a class=\"brand\" href=\"./\">plumb</a>\n\
         <details class=\"menu about\"><summary title=\"About the profile\">{}</summary>\
         <div class=\"panel\">{legend}</div></details>\n<nav aria-label=\"Pages\">\n{links}</nav>\n</div>\n",
        escaped(title)
    )
}

/// Search, value, configurations, download, colours.
fn tools(site: &Site, page: &Page, parameters: &Query, config: &Config) -> Result<String, Refusal> {
    let chosen = plumb_view::sample_type(&site.profile, &config.sample_index).unwrap_or_default();
    let values = site.profile.value_types().map(|(kind, _)| {
        let selected = if kind == chosen { " selected" } else { "" };
        let kind = escaped(kind);
        format!("<option value=\"{kind}\"{selected}>{kind}</option>")
    });
    let values: String = values.collect();
    let search = match page.path {
        "flamegraph" | "top" | "compare" => format!(
            "<label class=\"search\"><span class=\"unseen\">Search</span><input id=\"search\" \
             type=\"search\" placeholder=\"Search (regular expression)\" autocomplete=\"off\" \
             spellcheck=\"false\" value=\"{}\"></label><output id=\"found\" for=\"search\"></output>",
            escaped(parameters.get("q").unwrap_or_default())
        ),
        _ => String::new(),
    };
    Ok(format!(
        "<div class=\"tools\">\n{search}<span class=\"gap\"></span>\n\
         <label>Value <select id=\"value\">{values}</select></label>\n{}\
         <a class=\"button\" href=\"download\" title=\"The profile as a file\">Download</a>\n\
         <button id=\"theme\" type=\"button\" title=\"Light, dark or as the system\">Theme</button>\n</div>\n",
        config_menu(site, parameters)
    ))
}

/// The saved configurations. If their file cannot be read, the menu says so.
fn config_menu(site: &Site, parameters: &Query) -> String {
    let mut entries = String::new();
    match configs::menu(site, parameters) {
        Err(error) => {
            let _ = write!(entries, "<p class=\"error\">{}</p>", escaped(&error.to_string()));
        }
        Ok(menu) => menu.iter().for_each(|entry| {
            let name = escaped(&entry.name);
            let current = if entry.is_current { " aria-current=\"true\"" } else { "" };
            let delete = match entry.is_saved {
                true => format!(
                    "<button type=\"button\" class=\"delete\" data-config=\"{name}\" \
                     aria-label=\"Delete {name}\">×</button>"
                ),
                false => String::new(),
            };
            let address = escaped(&entry.address);
            let link = format!("<a href=\"{address}\"{current}>{name}</a>");
            let _ = writeln!(entries, "<div class=\"entry\">{link}{delete}</div>");
        }),
    }
    format!(
        "<details class=\"menu configs\"><summary>Configs</summary><div class=\"panel\">{entries}\
         <form id=\"save\"><input name=\"config\" required placeholder=\"Name\" \
         aria-label=\"Name of the configuration\"><button>Save</button></form></div></details>\n"
    )
}

/// What is filtered, and the form for it.
fn filters(parameters: &Query, config: &Config) -> String {
    let mut carried = String::new();
    for (name, value) in parameters.pairs() {
        let is_in_form = named_in_form().any(|field| field.parameter == name);
        if !is_in_form {
            let (name, value) = (escaped(name), escaped(value));
            let _ = write!(carried, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        }
    }
    let texts: String = TEXTS.iter().map(|(name, label)| text_field(name, label, config)).collect();
    let choices: String = CHOICES.iter().map(|choice| choice_field(choice, config)).collect();
    let switches: String =
        SWITCHES.iter().map(|(name, label)| switch_field(name, label, config)).collect();
    format!(
        "<div class=\"filters\">\n<details id=\"refine\"><summary>Filters</summary>\n\
         <form id=\"options\" method=\"get\">{carried}<div class=\"fields\">{texts}{choices}</div>\
         <div class=\"switches\">{switches}</div>\
         <div class=\"send\"><button class=\"primary\">Apply</button>\
         <a class=\"button\" href=\"?\">Reset all</a></div></form></details>\n\
         <ul class=\"chips\" aria-label=\"Active filters\">{}</ul>\n</div>\n",
        chips(parameters, config)
    )
}

/// The options that are not as ever, each with a link to the page without it.
fn chips(parameters: &Query, config: &Config) -> String {
    let default = Config::default();
    let mut chips = String::new();
    for field in FIELDS.iter().filter(|field| field.saved) {
        let value = field.get(config);
        if value == field.get(&default) {
            continue;
        }
        let name = field.name;
        let set = parameters.get(field.parameter).filter(|value| !value.is_empty());
        let remove = match set.filter(|_| !field.parameter.is_empty()) {
            Some(_) => format!(
                "<a href=\"{}\" aria-label=\"Remove {name}\" title=\"Remove\">×</a>",
                escaped(&parameters.with(field.parameter, "").address())
            ),
            None => String::new(),
        };
        let (value, help) = (escaped(&value), escaped(first_line(field)));
        let _ = write!(
            chips,
            "<li title=\"{help}\"><span><b>{name}</b> <code>{value}</code></span>{remove}</li>"
        );
    }
    if !chips.is_empty() {
        let kept = ["si"].iter().chain(&CARRIED).fold(Query::default(), |query, name| {
            query.with(name, parameters.get(name).unwrap_or_default())
        });
        let _ = write!(
            chips,
            "<li class=\"reset\"><a href=\"{}\">Reset</a></li>",
            escaped(&kept.address())
        );
    }
    chips
}

fn named_in_form() -> impl Iterator<Item = &'static Field> {
    let names = TEXTS.iter().map(|(name, _)| *name);
    let names = names.chain(CHOICES.iter().map(|(name, ..)| *name));
    names.chain(SWITCHES.iter().map(|(name, _)| *name)).filter_map(field)
}

fn text_field(name: &str, label: &str, config: &Config) -> String {
    let Some(field) = field(name) else { return String::new() };
    let value = match field.get(config) {
        value if value == field.get(&Config::default()) => String::new(),
        value => value,
    };
    let kind = match field.slot(&mut Config::default()) {
        Slot::Int(_) => "number",
        _ => "text",
    };
    format!(
        "<label title=\"{}\"><span>{label}</span><input type=\"{kind}\" name=\"{}\" value=\"{}\" \
         autocomplete=\"off\" spellcheck=\"false\"></label>",
        escaped(field.help.trim_end()),
        field.parameter,
        escaped(&value)
    )
}

fn choice_field((name, label, choices): &(&str, &str, &[&str]), config: &Config) -> String {
    let Some(field) = field(name) else { return String::new() };
    let chosen = field.get(config);
    let is_default = chosen == field.get(&Config::default());
    let mut options = "<option value=\"\">as suits the page</option>".to_owned();
    let unknown = Some(chosen.as_str()).filter(|c| !is_default && !choices.contains(c));
    for choice in choices.iter().copied().chain(unknown) {
        let selected = if chosen == choice { " selected" } else { "" };
        let choice = escaped(choice);
        let _ = write!(options, "<option value=\"{choice}\"{selected}>{choice}</option>");
    }
    let parameter = field.parameter;
    format!("<label><span>{label}</span><select name=\"{parameter}\">{options}</select></label>")
}

fn switch_field(name: &str, label: &str, config: &Config) -> String {
    let Some(field) = field(name) else { return String::new() };
    let checked = if field.get(config) == "true" { " checked" } else { "" };
    format!(
        "<label title=\"{}\"><input type=\"checkbox\" name=\"{}\" value=\"t\"{checked}> {label}</label>",
        escaped(first_line(field)),
        field.parameter
    )
}

fn first_line(field: &'static Field) -> &'static str {
    field.help.lines().next().unwrap_or_default()
}

/// A text as HTML, within quotes or not.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(
            escaped("<img src=x onerror='a'> & \"b\""),
            "&lt;img src=x onerror=&#39;a&#39;&gt; &amp; &quot;b&quot;"
        );
    }
}
