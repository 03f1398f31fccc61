//! Rows, a statement, a transaction or a batch that goes on holding a connection on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "rows-not-closed",
    title: "database rows or transaction not closed",
    shows: "The number of connections in use (DBStats.InUse, go_sql_in_use_connections) rises \
            and does not fall; at MaxOpenConns every query waits in database/sql.(*DB).conn \
            [select] and WaitCount climbs. One goroutine in database/sql.(*Rows).awaitDone or \
            (*Tx).awaitDone [select] for each that is open. The database lists sessions that are \
            idle, or idle in transaction. Without MaxOpenConns: one more socket for each, until \
            the database refuses.",
    why: "Rows and transactions own a connection of the pool from Query or Begin until they are \
          closed, committed or rolled back; rows are closed also when Next has returned false. \
          An early return within the loop, a query whose rows nobody reads, or a transaction \
          that is abandoned on an error does none of it. The pool refers to the connection and \
          the driver to the rows: nothing is collected. A context that ends closes them, if one \
          with an end was given.",
    fix: "`defer rows.Close()` right after the check of the error, and rows.Err() after the \
          loop; Close after the end does no harm. For one row use QueryRow, for statements \
          without rows Exec. `defer tx.Rollback()` right after Begin: after Commit it does \
          nothing. Prepare statements once, or defer stmt.Close(). Not safe where the rows are \
          returned to a caller: then the caller closes.",
    example: Example {
        before: r#"rows, err := db.QueryContext(ctx, query, shop)
if err != nil {
	return nil, err
}
for rows.Next() {
	var o order
	if err := rows.Scan(&o.id, &o.total); err != nil {
		return nil, err // the connection stays in use
	}
	orders = append(orders, o)
}
return orders, rows.Err()
"#,
        after: r#"rows, err := db.QueryContext(ctx, query, shop)
if err != nil {
	return nil, err
}
defer rows.Close()
for rows.Next() {
	var o order
	if err := rows.Scan(&o.id, &o.total); err != nil {
		return nil, err
	}
	orders = append(orders, o)
}
return orders, rows.Err()
"#,
    },
    prevention: Prevention {
        test: "Call the function, also on a way that fails, with db.SetMaxOpenConns(1): \
               db.Stats().InUse must be 0 afterwards.",
        gate: "The linter sqlclosecheck where the code compiles; `plumb scan .` without a build \
               and on every way: exit code 1 fails the build.",
        alert: "min_over_time(go_sql_in_use_connections[15m]) >= (go_sql_max_open_connections > \
                0) or rate(go_sql_wait_count_total[15m]) > 0",
        doc_comment: "The caller must close the returned rows.",
    },
    sources: &[
        "https://pkg.go.dev/database/sql#Rows",
        "https://go.dev/doc/database/manage-connections",
        "https://github.com/golang/go/issues/46863",
        "https://github.com/apache/trafficcontrol/issues/2536",
        "https://github.com/rkt/rkt/issues/3682",
    ],
    thresholds: &[],
    check: only_source_tells,
};
