package p

import (
	"bufio"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
)

func read(path string) (string, error) {
	f, err := os.Open(path) // fix: safe
	if err != nil {
		return "", err
	}
	defer f.Close()

	scanner := bufio.NewScanner(f)
	scanner.Scan()
	return scanner.Text(), scanner.Err()
}

func create(path string) error {
	f, err := os.Create(path) // fix: unsafe
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString("x")
	return err
}

func createChecked(path string, v any) error {
	f, err := os.Create(path) // fix: safe
	if err != nil {
		return err
	}
	defer f.Close()
	if err := json.NewEncoder(f).Encode(v); err != nil {
		return err
	}
	return f.Close()
}

func touch(path string) error {
	if f, err := os.Create(path); err != nil { // fix: unsafe
		return err
	} else {
		f.Close()
	}
	return nil
}

func touchNamed(path string) error {
	if f, err := os.Create(path); err != nil { // fix: none
		return err
	} else if path == "" {
		return errors.New(f.Name())
	}
	return nil
}

func opened(path string) (*os.File, error) {
	f, err := os.Open(path) // fix: safe
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if info.IsDir() {
		f.Close()
		return nil, errors.New("a folder")
	}
	return f, nil
}

type store struct{ f *os.File }

func stored(path string) (*store, error) {
	f, err := os.Open(path) // fix: safe
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(10, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return &store{f: f}, nil
}

func exists(path string) (bool, error) {
	f, err := os.Open(path) // fix: safe
	if os.IsNotExist(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer f.Close()
	_, err = f.Stat()
	return true, err
}

func shadowed(path string) (err error) {
	if f, err := os.Open(path); err == nil { // fix: safe
		defer f.Close()
		_, err := f.Stat()
		return err
	}
	return nil
}

func outer(path string) (err error) {
	var f *os.File
	if f, err = os.Open(path); err != nil { // fix: safe
		return err
	}
	defer f.Close()
	_, err = f.Stat()
	return err
}

func declared(path string) error {
	var f, err = os.Open(path) // fix: safe
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Stat()
	return err
}

func zipped(r io.Reader) ([]byte, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(zr)
}

func rows(db *sql.DB) (names []string, err error) {
	rows, err := db.Query("SELECT name FROM t") // fix: safe
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func transaction(db *sql.DB) error {
	tx, err := db.Begin() // fix: safe
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("DELETE FROM t"); err != nil {
		return err
	}
	return tx.Commit()
}

func blankRows(db *sql.DB) error {
	rows, err := db.Query("DELETE FROM t") // fix: safe
	if err == nil {
		rows.Close()
	}
	return err
}

func dial(addr string) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr) // fix: safe
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte("hello")); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func listen(addr string) error {
	ln, err := net.Listen("tcp", addr) // fix: safe
	if err != nil {
		return err
	}
	defer ln.Close()
	conn, err := ln.Accept() // fix: safe
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte("hello"))
	return err
}

func started(name string) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil { // fix: none
		return err
	}
	return nil
}

func pair(a, b string) error {
	from, err := os.Open(a)
	if err != nil {
		return err
	}
	defer from.Close()

	to, err := os.Create(b) // fix: unsafe
	if err != nil {
		return err
	}
	defer to.Close()

	_, err = io.Copy(to, from)
	return err
}

func eachFile(paths []string) error {
	for _, path := range paths {
		f, err := os.Open(path) // fix: safe
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return err
		}
		if info.IsDir() {
			f.Close()
			continue // not a file
		}
		println(info.Name())
		f.Close()
	}
	return nil
}

func onSome(path string, quiet bool) error {
	f, err := os.Open(path) // fix: safe
	if err != nil {
		return err
	}
	defer f.Close()
	if quiet {
		return nil
	}
	_, err = f.Stat()
	_ = f.Close()
	return err
}

type conn struct{ c chan int }

func (c *conn) Close() error { close(c.c); return nil }

func newConn() (*conn, error) { return &conn{c: make(chan int)}, nil }

func own(fail bool) error {
	c, err := newConn()
	if err != nil {
		return err
	}
	if fail {
		return errors.New("failed")
	}
	c.Close()
	return nil
}

func thumbnail(name string) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil { // fix: safe
		return err
	}
	if name == "" {
		cmd.Process.Kill()
		cmd.Wait()
		return errors.New("no name")
	}
	return cmd.Wait()
}

func piped() string {
	r, w, _ := os.Pipe() // fix: safe
	defer r.Close()
	defer w.Close()
	return r.Name()
}
