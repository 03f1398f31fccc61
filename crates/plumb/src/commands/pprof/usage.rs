//! The help of `plumb pprof`, in the order and form of `go tool pprof`.

use plumb_view::{COMMANDS, FIELDS, choice_help};

const HEAD: &str = "\
usage:

Produce output in the specified format.

   pprof <format> [options] [binary] <source> ...

Omit the format to get an interactive shell whose commands can be used
to generate various views of a profile

   pprof [options] [binary] <source> ...

Omit the format and provide the \"-http\" flag to get an interactive web
interface at the specified host:port that can be used to navigate through
various views of a profile.

   pprof -http [host]:[port] [options] [binary] <source> ...

Details:
";

const SOURCES: &str = "

  Source options:
    -seconds              Duration for time-based profile collection
    -timeout              Timeout in seconds for profile collection
    -buildid              Override build id for main binary
    -add_comment          Free-form annotation to add to the profile
                          Displayed on some reports or with pprof -comments
    -diff_base source     Source of base profile for comparison
    -base source          Source of base profile for profile subtraction
    profile.pb.gz         Profile in compressed protobuf format
    legacy_profile        Profile in legacy pprof format
    http://host/profile   URL for profile handler to retrieve
    -symbolize=           Controls source of symbol information
      none                  Do not attempt symbolization
      local                 Examine only local binaries
      fastlocal             Only get function names from local binaries
      remote                Do not examine local binaries
      force                 Force re-symbolization
    Binary                  Local path or build id of binary for symbolization
    -tls_cert             TLS client certificate file for fetching profile and symbols
    -tls_key              TLS private key file for fetching profile and symbols
    -tls_ca               TLS CA certs file for fetching profile and symbols";

const OTHERS: &str = "

  Misc options:
   -http              Provide web interface at host:port.
                      Host is optional and 'localhost' by default.
                      Port is optional and a randomly available port by default.
   -no_browser        Skip opening a browser for the interactive web UI.
   -tools             Search path for object tools
   -all_frames        Ignore drop_frames and keep_frames regexps in the profile
                      Rarely needed, mainly used for debugging pprof itself

  Legacy convenience options:
   -inuse_space           Same as -sample_index=inuse_space
   -inuse_objects         Same as -sample_index=inuse_objects
   -alloc_space           Same as -sample_index=alloc_space
   -alloc_objects         Same as -sample_index=alloc_objects
   -total_delay           Same as -sample_index=delay
   -contentions           Same as -sample_index=contentions
   -mean_delay            Same as -mean -sample_index=delay

  Environment Variables:
   PPROF_TMPDIR       Location for saved profiles (default $HOME/pprof)
   PPROF_TOOLS        Search path for object-level tools
   PPROF_BINARY_PATH  Search path for local binary files
                      default: $HOME/pprof/binaries
                      searches $buildid/$name, $buildid/*, $path/$buildid,
                      ${buildid:0:2}/${buildid:2}.debug, $name, $path,
                      ${name}.debug, $dir/.debug/${name}.debug,
                      usr/lib/debug/$dir/${name}.debug
   * On Windows, %USERPROFILE% is used instead of $HOME";

/// All of it.
pub(super) fn text() -> String {
    [HEAD, &details(true), SOURCES, OTHERS, &own(true)].concat()
}

/// What pprof has not; as flags, or as the shell names them.
pub(super) fn own(as_flags: bool) -> String {
    let commands = COMMANDS.iter().filter(|command| command.is_own);
    let commands = commands.map(|command| line(as_flags, command.name, command.description));
    let options = FIELDS.iter().filter(|field| field.is_own);
    let options = options.map(|field| line(as_flags, field.name, field.help));
    let lines: Vec<String> = commands.chain(options).collect();
    format!("\n\n  Of plumb alone:\n{}", lines.join("\n"))
}

/// Name and first line of help.
fn line(as_flag: bool, name: &str, help: &str) -> String {
    let name = format!("{}{name}", if as_flag { "-" } else { "" });
    format!("    {name:<16} {}", help.lines().next().unwrap_or_default())
}

/// Reports and options that pprof has too; as flags, or as the shell names them.
pub(super) fn details(as_flags: bool) -> String {
    let line = |name: &str, help: &str| line(as_flags, name, help);
    let mut commands: Vec<String> = COMMANDS
        .iter()
        .filter(|command| !command.is_own)
        .map(|command| line(command.name, command.description))
        .collect();
    commands.sort();
    let head = if as_flags {
        "  Output formats (select at most one):\n"
    } else {
        commands.push(line("o/options", "List options and their current values"));
        commands.push(line("q/quit/exit/^D", "Exit pprof"));
        "  Commands:\n"
    };
    let (mut groups, mut options) = (Vec::new(), Vec::new());
    for field in FIELDS.iter().filter(|field| !field.is_own) {
        if field.choices.is_empty() {
            options.push(line(field.name, field.help));
            continue;
        }
        let choices = field.choices.iter();
        let choices = choices.map(|choice| format!("  {}", line(choice, choice_help(choice))));
        // The group itself is no flag.
        let group: Vec<String> =
            std::iter::once(format!("    {:<16} ", field.name)).chain(choices).collect();
        groups.push(group.join("\n"));
    }
    options.sort();
    groups.sort();
    format!(
        "{head}{}\n\n  Options:\n{}\n\n  Option groups (only set one per group):\n{}",
        commands.join("\n"),
        options.join("\n"),
        groups.join("\n")
    )
}
