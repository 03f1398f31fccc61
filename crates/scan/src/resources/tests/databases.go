package m

import (
	"database/sql"

	"google.golang.org/grpc"
)

func count(db *sql.DB) (n int, err error) {
	rows, err := db.Query("select 1")
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func find(db *sql.DB, id int) (bool, error) {
	rows, err := db.Query("select id from t") // lost: never
	if err != nil {
		return false, err
	}
	for rows.Next() {
		var got int
		if err := rows.Scan(&got); err != nil {
			return false, err
		}
	}
	return false, nil
}

func findClosed(db *sql.DB) (bool, error) {
	rows, err := db.Query("select id from t")
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var got int
		if err := rows.Scan(&got); err != nil {
			return false, err
		}
	}
	return true, nil
}

func discarded(db *sql.DB) error {
	_, err := db.Query("delete from t") // lost: blank
	return err
}

func onlyOne(db *sql.DB) (bool, error) {
	rows, err := db.Query("select 1") // lost: never
	if err != nil {
		return false, err
	}
	if rows.Next() {
		return true, nil
	}
	return false, rows.Err()
}

func move(db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.Begin() // lost: some
	if err != nil {
		return err
	}
	if _, err := tx.Exec("update t set a = 1"); err != nil {
		return err
	}
	return tx.Commit()
}

func moveRolledBack(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("update t set a = 1"); err != nil {
		return err
	}
	return tx.Commit()
}

func ping(dsn string) error {
	db, err := sql.Open("postgres", dsn) // lost: never
	if err != nil {
		return err
	}
	return db.Ping()
}

func pinged(dsn string) (*sql.DB, error) {
	db, err := sql.Open("postgres", dsn) // lost: some
	if err != nil {
		return nil, err
	}
	if err := db.Ping(); err != nil {
		return nil, err
	}
	return db, nil
}

type stub struct{ conn *grpc.ClientConn }

func newStub(conn *grpc.ClientConn) *stub { return &stub{conn} }

func dialled(target string) (*stub, error) {
	conn, err := grpc.Dial(target)
	if err != nil {
		return nil, err
	}
	return newStub(conn), nil
}

func prepared(dsn string) (*sql.Stmt, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return nil, err
	}
	return db.Prepare("select 1")
}

func rowsOut(db *sql.DB) (*sql.Rows, error) {
	rows, err := db.Query("select 1")
	return rows, err
}
