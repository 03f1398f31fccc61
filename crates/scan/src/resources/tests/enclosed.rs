//! What ends with another one, or holds nothing any more.

use super::scanned;

/// The lines on which a file acquires what it loses.
fn lost(text: &str) -> Vec<u32> {
    scanned(text).iter().map(|finding| finding.place.line).collect()
}

/// A client around a connection that a `defer` closes ends with it; one around a connection that only some ways close
/// does not.
#[test]
fn what_is_around_a_connection_ends_with_it() {
    let of = |close: &str| {
        format!(
            "package p
import (
\t\"net\"
\t\"google.golang.org/grpc\"
)
func ask(dial func() (net.Conn, error), check func() error) (failed error) {{
\tconn, err := dial()
\tif err != nil {{
\t\treturn err
\t}}
\t{close}
\tc, err := grpc.Dial(conn)
\tif err != nil {{
\t\treturn err
\t}}
\tif err := check(); err != nil {{
\t\treturn err
\t}}
\treturn c.Close()
}}"
        )
    };
    assert!(lost(&of("defer conn.Close()")).is_empty());
    assert!(lost(&of("defer func() { _ = conn.Close() }()")).is_empty());
    let logs = "defer func() { if err := conn.Close(); err != nil { println(err) } }()";
    assert!(lost(&of(logs)).is_empty());
    assert_eq!(lost(&of("defer func() { if failed != nil { conn.Close() } }()")), [12]);
    assert_eq!(lost(&of("defer println(conn)")), [12]);
    assert_eq!(lost(&of("other := conn\n\tdefer func() { other.Read(nil) }()")), [13]);
}

/// Two connections of one call, the one around the other.
#[test]
fn one_of_two_connections_is_enough() {
    let with = |raw: &str, close: &str| {
        format!(
            "package p
import (
\t\"io\"
\t\"net\"
)
var _ io.Closer
var _ net.Conn
type secureConn struct {{ n int }}
func (c *secureConn) Close() error {{ return nil }}
func (c *secureConn) Name() string {{ return \"\" }}
func measure(dialBoth func() (*secureConn, {raw}, error)) string {{
\tsecure, raw, err := dialBoth()
\tif err != nil {{
\t\treturn \"\"
\t}}
\t{close}
\tif name := secure.Name(); name != \"\" {{
\t\treturn name
\t}}
\tsecure.Close()
\treturn \"\"
}}"
        )
    };
    for raw in ["net.Conn", "*net.TCPConn", "io.Closer"] {
        assert!(lost(&with(raw, "defer raw.Close()")).is_empty(), "{raw}");
        assert!(lost(&with(raw, "defer println(raw)")).contains(&12), "{raw}");
    }
    assert_eq!(lost(&with("*secureConn", "defer raw.Close()")), [12]);
}

/// A message of a connection, and a stream in memory.
#[test]
fn streams_end_with_connections_or_hold_memory() {
    let of = |close: &str, asked: &str| {
        format!(
            "package p
import (
\t\"bytes\"
\t\"io\"
)
type feedConn interface {{
\tNextWriter() (io.WriteCloser, error)
\tClose() error
}}
func feed(accept func() (feedConn, error), newWriter func(any) (io.WriteCloser, error), p []byte) error {{
\tvar buf bytes.Buffer
\tconn, err := accept()
\tif err != nil {{
\t\treturn err
\t}}
\t{close}
\tw, err := {asked}
\tif err != nil {{
\t\treturn err
\t}}
\tif _, err := w.Write(p); err != nil {{
\t\treturn err
\t}}
\treturn w.Close()
}}"
        )
    };
    assert!(lost(&of("defer conn.Close()", "conn.NextWriter()")).is_empty());
    assert!(lost(&of("defer conn.Close()", "newWriter(&buf)")).is_empty());
    assert_eq!(lost(&of("defer conn.Close()", "newWriter(p)")), [17]);
    assert!(lost(&of("println(conn)", "conn.NextWriter()")).contains(&17));
}

/// A savepoint ends with its transaction, a transaction does not end with its database.
#[test]
fn savepoints_end_with_their_transactions() {
    let of = |begin: &str| {
        format!(
            "package p
type pgTx interface {{
\tBegin() (pgTx, error)
\tRollback() error
}}
type pgDB interface {{
\tBegin() (pgTx, error)
}}
func write(db pgDB, check func() error) error {{
\ttx, err := db.Begin()
\tif err != nil {{
\t\treturn err
\t}}
\tdefer tx.Rollback()
\tsp, err := {begin}
\tif err != nil {{
\t\treturn err
\t}}
\tif err := check(); err != nil {{
\t\treturn err
\t}}
\treturn sp.Rollback()
}}"
        )
        .replace("pgTx", "sql.Tx")
        .replace(
            "type sql.Tx interface {\n\tBegin() (sql.Tx, error)\n\tRollback() error\n}\n",
            "import \"database/sql\"\n",
        )
        .replace("(sql.Tx", "(*sql.Tx")
    };
    assert!(lost(&of("tx.Begin()")).is_empty());
    assert_eq!(lost(&of("db.Begin()")).len(), 1);
}

/// A body that was read to its end holds nothing where it is closed on other ways; one that is copied to somewhere may be
/// left in between. Who closes it nowhere has forgotten it.
#[test]
fn bodies_that_are_read_to_their_end_hold_nothing() {
    let of = |read: &str| {
        format!(
            "package p
import (
\t\"io\"
\t\"net/http\"
)
func get(u string, w io.Writer) error {{
\tresp, err := http.Get(u)
\tif err != nil {{
\t\treturn err
\t}}
\t{read}
\treturn nil
}}"
        )
    };
    let and_closed =
        |read: &str| of(&format!("if u == \"\" {{ return resp.Body.Close() }}\n\t{read}"));
    for read in [
        "_, _ = io.ReadAll(resp.Body)",
        "b, _ := io.ReadAll(resp.Body)\n\tprintln(b)",
        "io.Copy(io.Discard, resp.Body)",
        "if _, err := io.ReadAll(resp.Body); err != nil { return err }\n\tresp.Body.Close()",
        "resp.Write(w)",
    ] {
        assert!(lost(&and_closed(read)).is_empty(), "{read}");
    }
    assert!(lost(&of("resp.Write(w)")).is_empty());
    assert_eq!(lost(&of("_, _ = io.ReadAll(resp.Body)")), [7]);
    for read in [
        "io.Copy(w, resp.Body)",
        "_, _ = io.ReadAll(io.LimitReader(resp.Body, 10))",
        "io.CopyN(io.Discard, resp.Body, 10)",
        "if resp.StatusCode == 200 { io.ReadAll(resp.Body) }",
        "w.Write(nil)",
    ] {
        assert_eq!(lost(&and_closed(read)), [7], "{read}");
    }
}

/// A request for the head alone, wherever its method is named.
#[test]
fn responses_without_a_body_hold_nothing() {
    let of = |request: &str| {
        format!(
            "package p
import \"net/http\"
func size(c *http.Client, u string) int64 {{
\treq, err := {request}
\tif err != nil {{
\t\treturn 0
\t}}
\tresp, err := c.Do(req)
\tif err != nil {{
\t\treturn 0
\t}}
\treturn resp.ContentLength
}}"
        )
    };
    for request in [
        "http.NewRequest(\"HEAD\", u, nil)",
        "http.NewRequest(http.MethodHead, u, nil)",
        "must(http.NewRequest(httpm.HEAD, u, nil))",
        "&http.Request{Method: \"HEAD\"}, error(nil)",
    ] {
        assert!(lost(&of(request)).is_empty(), "{request}");
    }
    assert_eq!(lost(&of("http.NewRequest(\"GET\", u, nil)")), [8]);
    assert_eq!(lost(&of("http.NewRequest(http.MethodGet, u + \"HEAD\", nil)")), [8]);
}

/// An error that is of a type is one.
#[test]
fn an_error_of_a_type_is_one() {
    let of = |between: &str, error: &str| {
        format!(
            "package p
import \"net/http\"
type problem struct{{ code int }}
func (p *problem) Error() string {{ return \"\" }}
func get(u string, check func() error) (string, error) {{
\tresp, err := http.Get(u)
\t{between}
\tif p, ok := {error}.(*problem); ok && p.code == 3 {{
\t\treturn \"\", nil
\t}}
\tif err != nil {{
\t\treturn \"\", err
\t}}
\tdefer resp.Body.Close()
\treturn resp.Status, nil
}}"
        )
    };
    assert!(lost(&of("", "err")).is_empty());
    assert_eq!(lost(&of("other := check()", "other")), [6]);
}

/// A command that is a field of something is waited for by whoever has that.
#[test]
fn commands_of_others_are_theirs() {
    let of = |cmd: &str| {
        format!(
            "package p
import \"os/exec\"
type session struct{{ cmd *exec.Cmd }}
func (s *session) start(other *session) error {{
\tcmd := {cmd}
\tcmd.Dir = \"/\"
\tif err := cmd.Start(); err != nil {{
\t\treturn err
\t}}
\treturn nil
}}"
        )
    };
    assert!(lost(&of("s.cmd")).is_empty());
    assert_eq!(lost(&of("exec.Command(\"ls\")")), [7]);
}

/// On Windows nobody must wait for a process.
#[test]
fn windows_keeps_no_zombies() {
    let of = |constraint: &str| {
        format!(
            "{constraint}

package p
import \"os/exec\"
func begin() error {{
\tcmd := exec.Command(\"ls\")
\treturn cmd.Start()
}}"
        )
    };
    assert!(lost(&of("//go:build windows")).is_empty());
    assert_eq!(lost(&of("//go:build linux")), [7]);
}

/// A descriptor is a part of what is made of it.
#[test]
fn descriptors_are_parts_of_what_is_made_of_them() {
    let of = |last: &str| {
        format!(
            "package p
import \"syscall\"
type device struct{{ fd int }}
func newDevice(fd int) (*device, error) {{ return &device{{fd: fd}}, nil }}
func setUp(fd int) error {{ return nil }}
func open() (*device, error) {{
\tfd, err := syscall.Open(\"/dev/net/tun\", 2, 0)
\tif err != nil {{
\t\treturn nil, err
\t}}
{last}
}}"
        )
    };
    let made = "\tdev, err := newDevice(fd)
\tif err != nil {
\t\tsyscall.Close(fd)
\t\treturn nil, err
\t}
\treturn dev, nil";
    assert!(lost(&of(made)).is_empty());
    let lost_before = "\tif err := setUp(fd); err != nil {
\t\treturn nil, err
\t}
\treturn newDevice(fd)";
    assert_eq!(lost(&of(lost_before)), [7]);
    let forgotten = "\tdev, err := newDevice(fd)
\tif err != nil {
\t\tsyscall.Close(fd)
\t\treturn nil, err
\t}
\tprintln(dev.fd)
\treturn nil, nil";
    assert_eq!(lost(&of(forgotten)), [7]);
}

/// A method that gives what is in a field keeps it, whatever its callers do with it.
#[test]
fn what_is_in_a_field_is_shared() {
    let of = |keep: &str, given: &str| {
        format!(
            "package p; import \"net\"
type conn struct{{ c net.Conn }}
func (c *conn) Close() error {{ return c.c.Close() }}
func (c *conn) Send(p []byte) error {{ _, err := c.c.Write(p); return err }}
type dialer struct {{ conn *conn }}
func (d *dialer) get(dial func() (*conn, error)) (*conn, error) {{
\tc, err := dial()
\tif err != nil {{
\t\treturn nil, err
\t}}
\t{keep}
\treturn {given}, nil
}}
func (d *dialer) ask(dial func() (*conn, error)) error {{
\tc, err := d.get(dial)
\tif err != nil {{
\t\treturn err
\t}}
\tif err := c.Send(nil); err != nil {{
\t\tc.Close()
\t\treturn err
\t}}
\treturn nil
}}
func (d *dialer) reset(dial func() (*conn, error)) error {{
\tc, err := d.get(dial)
\tif err != nil {{
\t\treturn err
\t}}
\treturn c.Close()
}}"
        )
    };
    assert!(lost(&of("d.conn = c", "d.conn")).is_empty());
    assert!(lost(&of("d.conn = c", "c")).is_empty());
    assert_eq!(lost(&of("c.Send(nil)", "c")), [15]);
}
