//! What a server is there for, as names tell: one login, a look into the program, a trial, a test. Its clients are those
//! who run it, and it lives for as long as they look.

use plumb_gosource::{ExprId, StmtId};
use plumb_scan::{Code, is_for_tests};

use super::clients::{address, flags};
use super::listeners::makers;

/// Parts of names, in lower case, of servers that wait for one redirect of the user's own browser.
const FOR_ONE_LOGIN: [&str; 4] = ["callback", "oauth", "oidc", "login"];

/// Parts of names, in lower case, of servers that are switched on to look into a program.
const FOR_DEBUGGING: [&str; 3] = ["debug", "pprof", "profil"];

/// How names of folders begin whose programs show something or try it.
const FOR_TRYING: [&str; 9] =
    ["_example", "demo", "docs", "e2e", "example", "hack", "sample", "test", "tutorial"];

/// Words in the names of folders, between `-`, `_` and `.`, of programs that show something, try it or measure it.
const WORDS_FOR_TRYING: [&str; 9] = [
    "bench",
    "benchmark",
    "demo",
    "dev",
    "example",
    "examples",
    "playground",
    "sample",
    "simulator",
];

/// Packages that only tests and what helps them import.
const OF_TESTS: [&str; 2] = ["net/http/httptest", "testing"];

/// Constraints with which no build of the module has a file: it is run by its name, by hand.
const RUN_BY_NAME: [&str; 2] = ["//go:build ignore", "//go:build none"];

/// Whether a server is there for one login, for who looks into the program, or for a trial or a test.
pub(super) fn is_for_a_while(code: &Code<'_>, server: ExprId) -> bool {
    is_for_one_login(code, server)
        || is_in_test_tool(code)
        || is_for_debugging(code, server)
        || is_for_trying(code)
}

/// Whether the names around a server say that it waits for one login: of its function, the type of that one, or the
/// package.
fn is_for_one_login(code: &Code<'_>, server: ExprId) -> bool {
    let name = function_name(code, server);
    FOR_ONE_LOGIN.iter().any(|part| name.contains(part))
}

/// The name of the declared function around a server, with its type and the last name of its package, in lower case.
fn function_name(code: &Code<'_>, server: ExprId) -> String {
    let function = code.declared_at(code.file[server].span.start);
    let name = code.function_name(function).to_lowercase();
    name.rsplit('/').next().unwrap_or(&name).to_owned()
}

/// Whether a file belongs to tests: it serves with the servers for them too, or gets a `testing.T`.
fn is_in_test_tool(code: &Code<'_>) -> bool {
    code.names.imports().iter().any(|import| OF_TESTS.contains(&import.path))
}

/// Whether a server is there to look into the program: its function, its address, its listener or a flag of the address
/// says so, or what is around it in its function serves profiles.
fn is_for_debugging(code: &Code<'_>, server: ExprId) -> bool {
    let says_so = |text: &str| {
        let text = text.to_lowercase();
        FOR_DEBUGGING.iter().any(|part| text.contains(part))
    };
    let function = code.scope.function_at(code.file[server].span.start);
    let serves_profiles = |body: StmtId| {
        let text = code.file.text(code.file[body].span);
        text.contains("/debug/pprof") || text.contains("pprof.Index")
    };
    let address = address(code, server);
    let of_flag = |place: ExprId| flags(code, place).iter().any(|call| says_so(code.text(*call)));
    says_so(&function_name(code, server))
        || address.is_some_and(|address| says_so(code.text(address)) || of_flag(address))
        || makers(code, server).iter().any(|call| says_so(code.text(*call)))
        || function.is_some_and(|function| serves_profiles(code.scope[function].body))
}

/// Whether a file is a program that shows something, or is run by hand: nobody serves others with it for long. What is
/// there for tests need not be a program.
fn is_for_trying(code: &Code<'_>) -> bool {
    // A module of its own in such a folder says so in its path, behind host, owner and repository, if it is scanned alone.
    let of_module = code.package.path.split('/').skip(3);
    let folders = || {
        let inside = code.path.split('/').rev().skip(1).chain(code.above.split('/'));
        inside.chain(of_module.clone())
    };
    let is_program = &*code.package.name == "main";
    let shows = |folder: &str| {
        FOR_TRYING.iter().any(|start| folder.starts_with(start))
            || words(folder).any(|word| WORDS_FOR_TRYING.contains(&word))
    };
    let source = String::from_utf8_lossy(code.file.source());
    let mut header = source.lines().take_while(|line| !line.starts_with("package "));
    folders().any(is_for_tests)
        || (is_program && folders().any(shows))
        || header.any(|line| RUN_BY_NAME.contains(&line.trim_end()))
}

fn words(folder: &str) -> impl Iterator<Item = &str> {
    folder.split(['-', '_', '.'])
}
