//! What is released with something else, or has ended by itself.

use super::scanned;

/// The lines on which a file acquires what it loses.
fn lost(text: &str) -> Vec<u32> {
    scanned(text).iter().map(|finding| finding.place.line).collect()
}

/// An upload whose own `Write` failed has ended; one that is left for another reason has not.
#[test]
fn an_upload_ends_with_its_own_failure() {
    let text = "package p
type Upload struct{ n int }
func NewUpload() *Upload { return &Upload{} }
func (u *Upload) Write(p []byte) (int, error) { return len(p), nil }
func (u *Upload) Close() error { return nil }
func put(p []byte) error {
\tu := NewUpload()
\tif _, err := u.Write(p); err != nil {
\t\treturn err
\t}
\treturn u.Close()
}
func later(p []byte) error {
\tu := NewUpload()
\tvar err error
\tif _, err = u.Write(p); err == nil {
\t\treturn u.Close()
\t}
\treturn err
}
func checked(p []byte, check func() error) error {
\tu := NewUpload()
\tif err := check(); err != nil {
\t\treturn err
\t}
\tif _, err := u.Write(p); err != nil {
\t\treturn err
\t}
\treturn u.Close()
}
func copied(p []byte, other *Upload) error {
\tu := NewUpload()
\tif _, err := other.Write(p); err != nil {
\t\treturn err
\t}
\treturn u.Close()
}";
    assert_eq!(lost(text), [22, 32]);
}

/// The ends of a running command are closed with it.
#[test]
fn ends_of_commands_are_theirs() {
    let of = |method: &str| {
        format!(
            "package p
import \"io\"
type session interface {{
\t{method}() (io.WriteCloser, error)
\tStart() error
}}
func begin(s session) (io.Writer, error) {{
\tw, err := s.{method}()
\tif err != nil {{
\t\treturn nil, err
\t}}
\tif err := s.Start(); err != nil {{
\t\treturn nil, err
\t}}
\treturn w, nil
}}"
        )
    };
    assert!(lost(&of("StdinPipe")).is_empty());
    assert_eq!(lost(&of("OpenWriter")), [8]);
}

/// Two around the same file: who has got the file closes it.
#[test]
fn what_is_around_what_another_has_is_not_closed() {
    let of = |give: &str| {
        format!(
            "package p
import \"io\"
type countingWriteCloser struct {{
\tio.WriteCloser
\tn int
}}
func newCounting(w io.WriteCloser) *countingWriteCloser {{
\tc := &countingWriteCloser{{w, 0}}
\treturn c
}}
func (c *countingWriteCloser) Close() error {{ return c.WriteCloser.Close() }}
func share(w io.WriteCloser, dest func(io.WriteCloser), check func() error) error {{
\tc := newCounting(w)
\t{give}
\tif err := check(); err != nil {{
\t\treturn err
\t}}
\treturn c.Close()
}}"
        )
    };
    assert_eq!(lost(&of("_ = dest")), [13]);
    assert!(lost(&of("dest(w)")).is_empty());
}

/// What a list of the function has is released with the list, whatever others do with it.
#[test]
fn what_a_local_value_has_is_released_with_it() {
    let text = "package p
type builder interface {
\tRelease()
\tAppend() error
}
type list interface{ ValueBuilder() builder }
func newList() list { return nil }
func one(l list) {
\tb := l.ValueBuilder()
\tdefer b.Release()
\tb.Append()
}
func two(l list) {
\tb := l.ValueBuilder()
\tdefer b.Release()
\tb.Append()
}
func three(l list) error {
\tb := l.ValueBuilder()
\tif err := b.Append(); err != nil {
\t\treturn err
\t}
\tb.Release()
\treturn nil
}
func four() error {
\tl := newList()
\tb := l.ValueBuilder()
\tif err := b.Append(); err != nil {
\t\treturn err
\t}
\tb.Release()
\treturn nil
}";
    assert_eq!(lost(text), [19]);
}

/// What a function of the module puts around a writer may hold nothing; what it opens by a name does.
#[test]
fn what_is_put_around_a_writer_may_hold_nothing() {
    let of = |parameter: &str| {
        format!(
            "package p
import (
\t\"io\"
\t\"example.com/gz\"
)
type target interface{{ Path() string }}
func Compress(to {parameter}) (io.WriteCloser, error) {{ return gz.Make(to) }}
func one(to {parameter}) {{
\tw, err := Compress(to)
\tif err != nil {{
\t\treturn
\t}}
\tdefer w.Close()
}}
func two(to {parameter}) {{
\tw, err := Compress(to)
\tif err != nil {{
\t\treturn
\t}}
\tdefer w.Close()
}}
func three(to {parameter}, check func() error) error {{
\tw, err := Compress(to)
\tif err != nil {{
\t\treturn err
\t}}
\tif err := check(); err != nil {{
\t\treturn err
\t}}
\treturn w.Close()
}}"
        )
    };
    assert_eq!(lost(&of("target")), [23]);
    assert!(lost(&of("io.Writer")).is_empty());
}

/// A decoder that says that it decodes nothing holds nothing; one that decodes must be closed.
#[test]
fn a_decoder_of_what_is_not_compressed_holds_nothing() {
    let of = |condition: &str| {
        format!(
            "package p
type Encoder struct{{}}
func (d *Encoder) Kind() int {{ return 0 }}
func (d *Encoder) Close() error {{ return nil }}
func Open() *Encoder {{ return nil }}
const (
\tUncompressed = iota
\tGzip
)
func read(check func() error) error {{
\td := Open()
\tif {condition} {{
\t\tif err := check(); err != nil {{
\t\t\treturn err
\t\t}}
\t}}
\treturn d.Close()
}}"
        )
    };
    assert!(lost(&of("d.Kind() == Uncompressed")).is_empty());
    assert_eq!(lost(&of("d.Kind() == Gzip")), [11]);
    assert_eq!(lost(&of("d.Kind() != Uncompressed")), [11]);
}

/// What a package variable opens of which nothing is known may be in memory; what a field opens is not.
#[test]
fn what_unknown_package_variables_open_may_be_in_memory() {
    let of = |from: &str| {
        format!(
            "package p
import \"io\"
type zones struct{{ disk anything }}
func (z *zones) load() ([]byte, error) {{
\tf, err := {from}.Open(\"a\")
\tif err != nil {{
\t\treturn nil, err
\t}}
\tb, err := io.ReadAll(f)
\tif err != nil {{
\t\treturn nil, err
\t}}
\tf.Close()
\treturn b, nil
}}"
        )
    };
    assert!(lost(&of("assets")).is_empty());
    assert_eq!(lost(&of("z.disk")), [5]);
}

/// What is an error of itself holds nothing else, as far as no record tells; a part that is closed is all there is.
#[test]
fn an_answer_that_is_an_error_holds_nothing() {
    let text = |branch: &str, rest: &str| {
        format!(
            "package p
import \"io\"
type Response struct {{ Output io.ReadCloser; Error error; Size int }}
func (r *Response) Close() error {{ return r.Output.Close() }}
type opener interface {{ Open(p string) (*Response, error) }}
func read(o opener) error {{
\tresp, err := o.Open(\"a\")
\tif err != nil {{
\t\treturn err
\t}}
\tif {branch} {{
\t\treturn resp.Error
\t}}
\tio.ReadAll(resp.Output)
\t{rest}
}}"
        )
    };
    assert!(lost(&text("resp.Error != nil", "return resp.Close()")).is_empty());
    assert!(lost(&text("resp.Error != nil", "return resp.Output.Close()")).is_empty());
    assert_eq!(lost(&text("resp.Size > 0", "return resp.Close()")), [7]);
    assert_eq!(lost(&text("resp.Error != nil", "return nil")), [7]);
}

/// Types whose `Close` does nothing hold nothing; so do interfaces of which all types are like that.
#[test]
fn what_does_nothing_when_it_is_closed_holds_nothing() {
    let text = |ty: &str, close: &str| {
        format!(
            "package p
import (\"io\"; \"log\")
type Cursor interface {{ Next() bool; Close() error }}
type cursor struct {{ rest []int; in io.ReadCloser; out log.Logger }}
func (c *cursor) Next() bool {{ return len(c.rest) > 0 }}
func (c *cursor) Close() (err error) {{ {close} }}
type opener interface {{ Open(p string) ({ty}, error) }}

func read(o opener) error {{
\tc, err := o.Open(\"a\")
\tif err != nil {{
\t\treturn err
\t}}
\tc.Next()
\treturn nil
}}"
        )
    };
    for ty in ["*cursor", "Cursor"] {
        assert!(lost(&text(ty, "return nil")).is_empty(), "{ty}");
        assert!(
            lost(&text(ty, "defer func() { c.out.Print(err) }(); return nil")).is_empty(),
            "{ty}"
        );
        assert_eq!(lost(&text(ty, "return c.in.Close()")), [10], "{ty}");
        // What it empties is collected with it, but a flag may end what runs.
        assert!(lost(&text(ty, "c.rest = nil; return nil")).is_empty(), "{ty}");
        assert_eq!(lost(&text(ty, "c.done = true; return nil")), [10], "{ty}");
    }
}

/// The next of what somebody else goes through is not the caller's, whatever other callers do with it.
#[test]
fn the_next_of_a_parameter_is_somebody_elses() {
    let text = |open: &str| {
        format!(
            "package p
import \"example.com/files\"
func first(it files.Iterator) (files.File, error) {{
\t{open}
}}
func one(it files.Iterator) {{ f, _ := first(it); defer f.Close(); f.Read() }}
func two(it files.Iterator) {{ f, _ := first(it); defer f.Close(); f.Read() }}
func three(it files.Iterator) {{ f, _ := first(it); f.Read() }}"
        )
    };
    assert!(lost(&text("it.Next(); return files.Of(it), nil")).is_empty());
    assert_eq!(lost(&text("return files.Of(it), nil")), [8]);
}
