//! What happens to the fields of structs, and by which methods a type is released.

use std::fmt::Write;

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::Span;
use plumb_scan::memory::scan_text;
use plumb_scan::{Code, Knowledge, Rule};

use crate::objects;

/// Tells of the fields `a` to `d` of the struct `S`.
static TELL_FIELDS: Rule = Rule { pattern: "fields", linters: &[], check: tell };

fn tell(code: &Code<'_>) -> Vec<SourceFinding> {
    let path = &*code.package.path;
    let mut told = String::new();
    for field in ["a", "b", "c", "d"] {
        let use_ = code.summaries.field(path, "S", field).expect("a package that was read");
        write!(told, "{field}:").expect("text");
        for release in &use_.releases {
            let method = release.method.as_deref().unwrap_or("-");
            write!(told, " {method}>{}", release.call).expect("text");
        }
        told += if use_.handed_on { " handed on; " } else { "; " };
    }
    told += &code.summaries.releasing_methods(path, "S").join(" ");
    vec![code.finding("fields", Span::new(0, 1), Confidence::Likely, told)]
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    let knowledge = Knowledge::new(objects::OBJECTS);
    let text = format!("package m\n\nimport (\n\t\"io\"\n\t\"net\"\n)\n\n{text}");
    let found = scan_text(&[&TELL_FIELDS], &knowledge, "1.23", &text);
    assert_eq!(found.findings[0].message, wanted);
}

#[test]
fn releases_are_told_with_their_methods() {
    check(
        r#"
type S struct {
	a net.Conn
	b io.Closer
	c func()
	d net.Listener
}

func (s *S) Close() error {
	s.c()
	if s.b != nil {
		s.b.Close()
	}
	return s.a.Close()
}

func (s *S) Serve() { s.d.Accept() }

func (s *S) Finish() { s.Close() }

func (s *S) shut() { s.Close() }

func drop(s *S) { s.b.Close() }
"#,
        "a: Close>Close; b: ->Close Close>Close; c: Close>; d:; Close Finish shut",
    );
}

#[test]
fn fields_that_others_get_are_handed_on() {
    check(
        r#"
type S struct {
	a net.Conn
	b net.Conn
	c []net.Conn
	d net.Conn
}

func (s *S) Conn() net.Conn { return s.a }

func (s *S) use() { keep(s.b) }

var kept net.Conn

func keep(c net.Conn) { kept = c }

func (s *S) Stop() {
	for _, c := range s.c {
		c.Close()
	}
	end(s.d)
}

func end(c net.Conn) { c.Close() }
"#,
        "a: handed on; b: handed on; c: handed on; d: Stop>Close; Stop",
    );
}

#[test]
fn what_only_reads_does_nothing() {
    check(
        r#"
type S struct {
	a net.Conn
	b net.Conn
	c *T
	d net.Conn
}

type T struct{ conn net.Conn }

func (s *S) set(c net.Conn) { s.a = c }

func (s *S) read() {
	if s.b != nil {
		io.ReadAll(s.b)
	}
	s.c.use()
}

func (t *T) use() { t.conn.Read(nil) }

type Outer struct{ *S }

func (o Outer) Close() { o.d.Close() }
"#,
        "a:; b:; c:; d: ->Close; ",
    );
}
