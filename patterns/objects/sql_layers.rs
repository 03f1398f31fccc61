//! Layers over `database/sql`, as source code uses them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &SQLX_DB,
    &SQLX_ROWS,
    &SQLX_TX,
    &SQLX_STMT,
    &SQLX_TX_STMT,
    &GORM_ROWS,
    &GORM_TX,
    &JINZHU_GORM_ROWS,
    &JINZHU_GORM_TX,
    &SQUIRREL_ROWS,
    &XORM_SESSION,
];

static SQLX_DB: LibraryObject = in_source(
    "github.com/jmoiron/sqlx",
    "sqlx.DB",
    "v1.4.0",
    closed(
        ResourceKind::Client,
        &["github.com/jmoiron/sqlx.DB"],
        &[
            first("github.com/jmoiron/sqlx.Open"),
            first("github.com/jmoiron/sqlx.Connect"),
            first("github.com/jmoiron/sqlx.ConnectContext"),
            first("github.com/jmoiron/sqlx.MustConnect"),
            first("github.com/jmoiron/sqlx.MustOpen"),
        ],
    ),
    "A sql.DB.",
);

static SQLX_ROWS: LibraryObject = in_source(
    "github.com/jmoiron/sqlx",
    "sqlx.Rows",
    "v1.4.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/jmoiron/sqlx.Rows"],
        acquires: &[
            first("github.com/jmoiron/sqlx.(*DB).Query"),
            first("github.com/jmoiron/sqlx.(*DB).QueryContext"),
            first("github.com/jmoiron/sqlx.(*DB).Queryx"),
            first("github.com/jmoiron/sqlx.(*DB).QueryxContext"),
            first("github.com/jmoiron/sqlx.(*DB).NamedQuery"),
            first("github.com/jmoiron/sqlx.(*DB).NamedQueryContext"),
            first("github.com/jmoiron/sqlx.(*Tx).Query"),
            first("github.com/jmoiron/sqlx.(*Tx).QueryContext"),
            first("github.com/jmoiron/sqlx.(*Tx).Queryx"),
            first("github.com/jmoiron/sqlx.(*Tx).QueryxContext"),
            first("github.com/jmoiron/sqlx.(*Tx).NamedQuery"),
            first("github.com/jmoiron/sqlx.(*Conn).QueryContext"),
            first("github.com/jmoiron/sqlx.(*Conn).QueryxContext"),
            first("github.com/jmoiron/sqlx.(*Stmt).Query"),
            first("github.com/jmoiron/sqlx.(*Stmt).QueryContext"),
            first("github.com/jmoiron/sqlx.(*Stmt).Queryx"),
            first("github.com/jmoiron/sqlx.(*Stmt).QueryxContext"),
            first("github.com/jmoiron/sqlx.(*NamedStmt).Query"),
            first("github.com/jmoiron/sqlx.(*NamedStmt).QueryContext"),
            first("github.com/jmoiron/sqlx.(*NamedStmt).Queryx"),
            first("github.com/jmoiron/sqlx.(*NamedStmt).QueryxContext"),
            first("github.com/jmoiron/sqlx.Queryer.Query"),
            first("github.com/jmoiron/sqlx.Queryer.Queryx"),
            first("github.com/jmoiron/sqlx.QueryerContext.QueryContext"),
            first("github.com/jmoiron/sqlx.QueryerContext.QueryxContext"),
            first("github.com/jmoiron/sqlx.NamedQuery"),
            first("github.com/jmoiron/sqlx.NamedQueryContext"),
        ],
        releases: &[
            Release::Method("Close"),
            Release::Exhaustion("Next"),
            Release::Argument("github.com/jmoiron/sqlx.StructScan", 0),
        ],
    },
    "sql.Rows.",
);

static SQLX_TX: LibraryObject = in_source(
    "github.com/jmoiron/sqlx",
    "sqlx.Tx",
    "v1.4.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/jmoiron/sqlx.Tx"],
        acquires: &[
            first("github.com/jmoiron/sqlx.(*DB).Begin"),
            first("github.com/jmoiron/sqlx.(*DB).BeginTx"),
            first("github.com/jmoiron/sqlx.(*DB).Beginx"),
            first("github.com/jmoiron/sqlx.(*DB).BeginTxx"),
            first("github.com/jmoiron/sqlx.(*DB).MustBegin"),
            first("github.com/jmoiron/sqlx.(*DB).MustBeginTx"),
            first("github.com/jmoiron/sqlx.(*Conn).BeginTx"),
            first("github.com/jmoiron/sqlx.(*Conn).BeginTxx"),
        ],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "A sql.Tx.",
);

static SQLX_STMT: LibraryObject = in_source(
    "github.com/jmoiron/sqlx",
    "sqlx.Stmt",
    "v1.4.0",
    closed(
        ResourceKind::Rows,
        &["github.com/jmoiron/sqlx.Stmt", "github.com/jmoiron/sqlx.NamedStmt"],
        &[
            first("github.com/jmoiron/sqlx.(*DB).Prepare"),
            first("github.com/jmoiron/sqlx.(*DB).PrepareContext"),
            first("github.com/jmoiron/sqlx.(*DB).Preparex"),
            first("github.com/jmoiron/sqlx.(*DB).PreparexContext"),
            first("github.com/jmoiron/sqlx.(*DB).PrepareNamed"),
            first("github.com/jmoiron/sqlx.(*DB).PrepareNamedContext"),
            first("github.com/jmoiron/sqlx.(*Conn).PrepareContext"),
            first("github.com/jmoiron/sqlx.(*Conn).PreparexContext"),
            first("github.com/jmoiron/sqlx.Preparex"),
            first("github.com/jmoiron/sqlx.PreparexContext"),
        ],
    ),
    "A sql.Stmt.",
);

static SQLX_TX_STMT: LibraryObject = in_source(
    "github.com/jmoiron/sqlx",
    "sqlx.Stmt of a transaction",
    "v1.4.0",
    harmless(
        &[],
        &[
            first("github.com/jmoiron/sqlx.(*Tx).Prepare"),
            first("github.com/jmoiron/sqlx.(*Tx).PrepareContext"),
            first("github.com/jmoiron/sqlx.(*Tx).Preparex"),
            first("github.com/jmoiron/sqlx.(*Tx).PreparexContext"),
            first("github.com/jmoiron/sqlx.(*Tx).PrepareNamed"),
            first("github.com/jmoiron/sqlx.(*Tx).PrepareNamedContext"),
            first("github.com/jmoiron/sqlx.(*Tx).Stmtx"),
            first("github.com/jmoiron/sqlx.(*Tx).StmtxContext"),
            first("github.com/jmoiron/sqlx.(*Tx).NamedStmt"),
            first("github.com/jmoiron/sqlx.(*Tx).NamedStmtContext"),
        ],
    ),
    "Ends with its transaction.",
);

static GORM_ROWS: LibraryObject = in_source(
    "gorm.io/gorm",
    "gorm rows",
    "v1.25.12",
    Source {
        kind: ResourceKind::Rows,
        types: &[],
        acquires: &[first("gorm.io/gorm.(*DB).Rows")],
        releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
    },
    "sql.Rows.",
);

static GORM_TX: LibraryObject = in_source(
    "gorm.io/gorm",
    "gorm transaction",
    "v1.25.12",
    Source {
        kind: ResourceKind::Rows,
        types: &[],
        acquires: &[first("gorm.io/gorm.(*DB).Begin")],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "Holds one connection of the pool; the type is that of the database.",
);

static JINZHU_GORM_ROWS: LibraryObject = in_source(
    "github.com/jinzhu/gorm",
    "gorm rows",
    "v1.9.16",
    Source {
        kind: ResourceKind::Rows,
        types: &[],
        acquires: &[first("github.com/jinzhu/gorm.(*DB).Rows")],
        releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
    },
    "sql.Rows.",
);

static JINZHU_GORM_TX: LibraryObject = in_source(
    "github.com/jinzhu/gorm",
    "gorm transaction",
    "v1.9.16",
    Source {
        kind: ResourceKind::Rows,
        types: &[],
        acquires: &[
            first("github.com/jinzhu/gorm.(*DB).Begin"),
            first("github.com/jinzhu/gorm.(*DB).BeginTx"),
        ],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "Holds one connection of the pool; the type is that of the database.",
);

static SQUIRREL_ROWS: LibraryObject = in_source(
    "github.com/Masterminds/squirrel",
    "squirrel rows",
    "v1.5.4",
    Source {
        kind: ResourceKind::Rows,
        types: &[],
        acquires: &[
            first("github.com/Masterminds/squirrel.SelectBuilder.Query"),
            first("github.com/Masterminds/squirrel.SelectBuilder.QueryContext"),
            first("github.com/Masterminds/squirrel.InsertBuilder.Query"),
            first("github.com/Masterminds/squirrel.InsertBuilder.QueryContext"),
            first("github.com/Masterminds/squirrel.UpdateBuilder.Query"),
            first("github.com/Masterminds/squirrel.UpdateBuilder.QueryContext"),
            first("github.com/Masterminds/squirrel.DeleteBuilder.Query"),
            first("github.com/Masterminds/squirrel.DeleteBuilder.QueryContext"),
        ],
        releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
    },
    "sql.Rows.",
);

static XORM_SESSION: LibraryObject = in_source(
    "xorm.io/xorm",
    "xorm.Session",
    "v1.3.9",
    closed(
        ResourceKind::Rows,
        &["xorm.io/xorm.Session"],
        &[first("xorm.io/xorm.(*Engine).NewSession")],
    ),
    "Holds one connection of the pool once it is used.",
);
