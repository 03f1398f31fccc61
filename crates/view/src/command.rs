//! The reports there are, with pprof's names and help.

use crate::config::Config;

/// What a report looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the commands")]
pub enum Format {
    Callgrind,
    Collapsed,
    Comments,
    Disasm,
    Dot,
    Drawing(Image),
    Flame,
    Growth,
    List,
    Proto,
    Raw,
    Speedscope,
    Tags,
    Text,
    TopProto,
    Traces,
    Tree,
    WebList,
}

/// How a drawing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the formats")]
pub enum Image {
    Gif,
    Pdf,
    Png,
    Ps,
    Svg,
}

/// What becomes of a report when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// It is text for the terminal.
    Terminal,
    /// It goes to a file of this ending if the output is a terminal.
    File(&'static str),
    /// It is shown with another program.
    Viewer {
        /// The ending of the file that is shown.
        file: &'static str,
        /// The programs that are tried, in order; none: browsers.
        programs: &'static [&'static str],
    },
}

/// A report by name.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// Its name, as a flag and in the shell.
    pub name: &'static str,
    /// What it looks like.
    pub format: Format,
    /// Where it goes.
    pub target: Target,
    /// Whether it is of what a regular expression matches.
    pub has_argument: bool,
    /// One line of help.
    pub description: &'static str,
    /// Whether pprof has no such command.
    pub is_own: bool,
    usage: Usage,
}

/// How a command is used.
#[derive(Debug, Clone, Copy)]
enum Usage {
    None,
    Text(&'static str),
    Report { cum: bool, redirect: bool },
    Listing { redirect: bool },
}

const fn command(
    name: &'static str,
    format: Format,
    target: Target,
    description: &'static str,
    usage: Usage,
) -> Command {
    let has_argument = matches!(usage, Usage::Listing { .. });
    Command { name, format, target, has_argument, description, is_own: false, usage }
}

/// A report that pprof has not.
const fn own(
    name: &'static str,
    format: Format,
    target: Target,
    description: &'static str,
) -> Command {
    let usage = report(true, true);
    Command { is_own: true, ..command(name, format, target, description, usage) }
}

const fn report(cum: bool, redirect: bool) -> Usage {
    Usage::Report { cum, redirect }
}

const TAGS_USAGE: &str = "tags [tag_regex]* [-ignore_regex]* [>file]\nList tags with key:value matching tag_regex and exclude ignore_regex.";
const PEEK_USAGE: &str =
    "peek func_regex\nDisplay callers and callees of functions matching func_regex.";

/// All commands: those of pprof by name, and then those that pprof has not.
pub const COMMANDS: [Command; 29] = {
    use Format::*;
    use Target::{File, Terminal, Viewer};
    const fn viewer(file: &'static str, programs: &'static [&'static str]) -> Target {
        Viewer { file, programs }
    }
    [
        command(
            "callgrind",
            Callgrind,
            File("callgraph.out"),
            "Outputs a graph in callgrind format",
            report(false, true),
        ),
        command("comments", Comments, Terminal, "Output all profile comments", Usage::None),
        command(
            "disasm",
            Disasm,
            Terminal,
            "Output assembly listings annotated with samples",
            Usage::Listing { redirect: true },
        ),
        command("dot", Dot, Terminal, "Outputs a graph in DOT format", report(false, true)),
        command(
            "eog",
            Drawing(Image::Svg),
            viewer("svg", &["eog"]),
            "Visualize graph through eog",
            report(false, false),
        ),
        command(
            "evince",
            Drawing(Image::Pdf),
            viewer("pdf", &["evince"]),
            "Visualize graph through evince",
            report(false, false),
        ),
        command(
            "gif",
            Drawing(Image::Gif),
            File("gif"),
            "Outputs a graph image in GIF format",
            report(false, true),
        ),
        command(
            "gv",
            Drawing(Image::Ps),
            viewer("ps", &["gv --noantialias"]),
            "Visualize graph through gv",
            report(false, false),
        ),
        command(
            "kcachegrind",
            Callgrind,
            viewer("grind", &["kcachegrind"]),
            "Visualize report in KCachegrind",
            report(false, false),
        ),
        command(
            "list",
            List,
            Terminal,
            "Output annotated source for functions matching regexp",
            Usage::Listing { redirect: false },
        ),
        command(
            "pdf",
            Drawing(Image::Pdf),
            File("pdf"),
            "Outputs a graph in PDF format",
            report(false, true),
        ),
        Command {
            has_argument: true,
            ..command(
                "peek",
                Tree,
                Terminal,
                "Output callers/callees of functions matching regexp",
                Usage::Text(PEEK_USAGE),
            )
        },
        command(
            "png",
            Drawing(Image::Png),
            File("png"),
            "Outputs a graph image in PNG format",
            report(false, true),
        ),
        command(
            "proto",
            Proto,
            File("pb.gz"),
            "Outputs the profile in compressed protobuf format",
            Usage::None,
        ),
        command(
            "ps",
            Drawing(Image::Ps),
            File("ps"),
            "Outputs a graph in PS format",
            report(false, true),
        ),
        command(
            "raw",
            Raw,
            Terminal,
            "Outputs a text representation of the raw profile",
            Usage::None,
        ),
        command(
            "svg",
            Drawing(Image::Svg),
            File("svg"),
            "Outputs a graph in SVG format",
            report(false, true),
        ),
        command("tags", Tags, Terminal, "Outputs all tags in the profile", Usage::Text(TAGS_USAGE)),
        command("text", Text, Terminal, "Outputs top entries in text form", report(true, true)),
        command("top", Text, Terminal, "Outputs top entries in text form", report(true, true)),
        command(
            "topproto",
            TopProto,
            File("pb.gz"),
            "Outputs top entries in compressed protobuf format",
            Usage::None,
        ),
        command(
            "traces",
            Traces,
            Terminal,
            "Outputs all profile samples in text form",
            Usage::None,
        ),
        command(
            "tree",
            Tree,
            Terminal,
            "Outputs a text rendering of call graph",
            report(true, true),
        ),
        command(
            "web",
            Drawing(Image::Svg),
            viewer("svg", &[]),
            "Visualize graph through web browser",
            report(false, false),
        ),
        command(
            "weblist",
            WebList,
            viewer("html", &[]),
            "Display annotated source in a web browser",
            Usage::Listing { redirect: false },
        ),
        own(
            "growth",
            Growth,
            Terminal,
            "Outputs what became more and what less since -diff_base, in plain words",
        ),
        own(
            "collapsed",
            Collapsed,
            Terminal,
            "Outputs folded stacks (root;callee;leaf value) for flame graph tools",
        ),
        own("flame", Flame, File("svg"), "Outputs a flame graph in SVG format"),
        own(
            "speedscope",
            Speedscope,
            File("speedscope.json"),
            "Outputs the stacks in speedscope's JSON format",
        ),
    ]
};

/// The command of a name.
pub fn command_named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

impl Command {
    /// The configuration with what the command insists on.
    pub(crate) fn overrides(&self, config: &Config) -> Config {
        let mut config = config.clone();
        let granularity =
            |config: &mut Config, name: &str| name.clone_into(&mut config.granularity);
        // A listing is of some functions only, which must not be trimmed away before they are found.
        match self.name {
            "disasm" => {
                config.trim = false;
                granularity(&mut config, "addresses");
                // Else each inlined frame of an address would be an entry.
                config.noinlines = true;
            }
            "weblist" => {
                config.trim = false;
                granularity(&mut config, "addresses");
                config.noinlines = false;
            }
            "peek" => config.trim = false,
            "list" => {
                config.trim = false;
                granularity(&mut config, "lines");
            }
            "text" | "top" | "topproto" | "growth" if config.nodecount == -1 => {
                config.nodecount = 0;
            }
            "text" | "top" | "topproto" | "growth" => {}
            _ if config.nodecount == -1 => config.nodecount = 80,
            _ => {}
        }
        if matches!(self.format, Format::Proto | Format::Raw | Format::Callgrind) {
            config.trim = false;
            granularity(&mut config, "addresses");
        }
        if !config.trim {
            config.nodecount = 0;
            config.nodefraction = 0.0;
            config.edgefraction = 0.0;
        }
        config
    }

    /// What the shell says of it.
    pub fn help(&self) -> String {
        let usage = self.usage();
        let mut help = format!("{}\n", self.description);
        if !usage.is_empty() {
            help += "  Usage:\n";
            usage.lines().for_each(|line| help += &format!("    {line}\n"));
        }
        help + "\n"
    }

    fn usage(&self) -> String {
        let name = self.name;
        let saved = "Optionally save the report on the file f";
        match self.usage {
            Usage::None => String::new(),
            Usage::Text(text) => text.to_owned(),
            Usage::Report { cum, redirect } => {
                let mut lines = vec![
                    format!("{name} [n] [focus_regex]* [-ignore_regex]*"),
                    "Include up to n samples".to_owned(),
                    "Include samples matching focus_regex, and exclude ignore_regex.".to_owned(),
                ];
                if cum {
                    lines[0] += " [-cum]";
                    lines.push("-cum sorts the output by cumulative weight".to_owned());
                }
                if redirect {
                    lines[0] += " >f";
                    lines.push(saved.to_owned());
                }
                lines.join("\n")
            }
            Usage::Listing { redirect } => {
                let mut lines = vec![
                    format!("{name}<func_regex|address> [-focus_regex]* [-ignore_regex]*"),
                    "Include functions matching func_regex, or including the address specified."
                        .to_owned(),
                    "Include samples matching focus_regex, and exclude ignore_regex.".to_owned(),
                ];
                if redirect {
                    lines[0] += " >f";
                    lines.push(saved.to_owned());
                }
                lines.join("\n")
            }
        }
    }
}
