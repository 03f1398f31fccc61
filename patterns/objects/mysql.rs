//! `github.com/go-sql-driver/mysql`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/go-sql-driver/mysql",
    name: "mysql connection",
    checked: "v1.9.2",
    side: Side::Client,
    pooled: true,
    multiplexed: false,
    goroutines: &[&[one("github.com/go-sql-driver/mysql.(*mysqlConn).startWatcher")]],
    phases: &[],
    constructors: &["github.com/go-sql-driver/mysql.(*connector).Connect"],
    entry_points: &["github.com/go-sql-driver/mysql.(*connector).Connect"],
    releases: &["sql.Conn.Close, which returns it to the pool", "sql.DB.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/go-sql-driver/mysql.(*connector).Connect"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.5.0",
        what: "context already cancelled when the fresh connection begins to watch it",
        source: "go-sql-driver/mysql#1024",
    }],
    notes: "One watcher a pooled connection, idle ones included. Made by whichever query needed \
            it.",
};
