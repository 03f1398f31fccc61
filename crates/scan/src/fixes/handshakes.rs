//! Handshakes that no deadline ends.

use plumb_evidence::source::SourceFix;
use plumb_gosource::{ExprId, ExprKind, Node, Span, StmtKind};

use super::release::imported;
use super::servers::fresh_of_package;
use super::site::{self, Spot};
use super::statements::{around, listed};
use super::{edits, fix};
use crate::code::Code;

/// How long a handshake may take where nothing says how long connecting may, in seconds: sshd waits 120 s for a login
/// (`LoginGraceTime`), `net/http` 10 s for a TLS handshake.
const HANDSHAKE_SECONDS: u32 = 30;

/// The path of package ssh.
const SSH: &str = "golang.org/x/crypto/ssh";

/// Connects with a limit for the handshake too: `tls.Dial` by a dialer with a timeout, `ssh.Dial` by a function that
/// sets a deadline, shakes hands, and clears the deadline.
pub fn dialed_with_deadline(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let callee = code.callee(call)?;
    match (callee.path, callee.name) {
        ("crypto/tls", "Dial") => dialed_by_dialer(code, call),
        (SSH, "Dial") => dialed_by_function(code, call),
        _ => None,
    }
}

fn dialed_by_dialer(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let fun = code.file.unparen(parts.fun);
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return None };
    let mut edits = edits(code)?;
    let net = imported(code, &mut edits, "net")?;
    let time = imported(code, &mut edits, "time")?;
    let tls = code.text(selector.x);
    let dialer = format!("&{net}Dialer{{Timeout: {HANDSHAKE_SECONDS} * {time}Second}}");
    edits.replace(
        Span::new(code.file[fun].span.start, parts.lparen + 1),
        format!("{tls}.DialWithDialer({dialer}, "),
    );
    fix(&edits, false, "connect and shake hands within the timeout of a dialer".to_owned())
}

fn dialed_by_function(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let fun = code.file.unparen(parts.fun);
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return None };
    let mut edits = edits(code)?;
    let net = imported(code, &mut edits, "net")?;
    let time = imported(code, &mut edits, "time")?;
    let ssh = code.text(selector.x);
    let name = fresh_of_package(code, &wanted_name(code));
    edits.replace(code.file[fun].span, &*name);
    let end = code.file.source().len() as u32;
    let text = function(&name, &net, &time, ssh);
    let source = code.file.source();
    let text = if source.ends_with(b"\r\n") { text.replace('\n', "\r\n") } else { text };
    if !source.ends_with(b"\n") {
        return None;
    }
    edits.replace(Span::new(end, end), text);
    fix(&edits, false, format!("connect by `{name}`, which bounds the handshake too"))
}

/// A name that two files of a package do not both get.
fn wanted_name(code: &Code<'_>) -> String {
    let others = code.package.files.len() > 1;
    let stem = code.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".go");
    let stem: String = stem
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(|part| {
            let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
            format!("{}{rest}", first.to_ascii_uppercase())
        })
        .collect();
    if others { format!("dialSSHOf{stem}") } else { "dialSSH".to_owned() }
}

/// The function that connects, shakes hands under a deadline, and clears it.
fn function(name: &str, net: &str, time: &str, ssh: &str) -> String {
    format!(
        "
// {name} is {ssh}.Dial with a limit for the handshake: the timeout of the configuration, else {HANDSHAKE_SECONDS} seconds.
func {name}(network, addr string, config *{ssh}.ClientConfig) (*{ssh}.Client, error) {{
	timeout := config.Timeout
	if timeout <= 0 {{
		timeout = {HANDSHAKE_SECONDS} * {time}Second
	}}
	conn, err := {net}DialTimeout(network, addr, timeout)
	if err != nil {{
		return nil, err
	}}
	if err := conn.SetDeadline({time}Now().Add(timeout)); err != nil {{
		conn.Close()
		return nil, err
	}}
	c, chans, reqs, err := {ssh}.NewClientConn(conn, addr, config)
	if err != nil {{
		conn.Close()
		return nil, err
	}}
	if err := conn.SetDeadline({time}Time{{}}); err != nil {{
		c.Close()
		return nil, err
	}}
	return {ssh}.NewClient(c, chans, reqs), nil
}}
"
    )
}

/// Sets a deadline before a handshake on a connection, and clears it behind the check of its error.
pub fn with_deadline(code: &Code<'_>, call: ExprId, connection: ExprId) -> Option<SourceFix> {
    let ExprKind::Ident(_) = code.file[code.file.unparen(connection)].kind else { return None };
    let stmt = around(code, Node::Expr(call))?;
    let first = match code.scope.parents().of(Node::Stmt(stmt)) {
        Some(Node::Stmt(above)) if matches!(code.file[above].kind, StmtKind::IfStmt(_)) => above,
        _ => stmt,
    };
    listed(code, first)?;
    let site = site::of_call(code, call, code.declared(connection), "")?;
    if let Spot::Else(_) | Spot::If(..) = site.spot {
        return None;
    }
    let mut edits = edits(code)?;
    let time = imported(code, &mut edits, "time")?;
    let name = code.text(connection);
    let limit = format!("{time}Now().Add({HANDSHAKE_SECONDS} * {time}Second)");
    edits.insert_before(first, &format!("{name}.SetDeadline({limit})")).ok()?;
    site::insert(code, &mut edits, &site.spot, &format!("{name}.SetDeadline({time}Time{{}})"))
        .ok()?;
    fix(&edits, false, format!("set a deadline on `{name}` for the handshake, and clear it"))
}
