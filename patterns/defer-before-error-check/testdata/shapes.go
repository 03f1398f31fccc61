package shapes

import (
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
)

type pool struct{ size int }

func (*pool) Release() {}

type token struct{ id int }

func (token) Release() {}

func open() (*pool, error)          { return nil, nil }
func openBoth() (*pool, int, error) { return nil, 0, nil }
func take() (token, error)          { return token{}, nil }
func read(io.Reader) error          { return nil }

func body(url string) error {
	resp, err := http.Get(url)
	defer resp.Body.Close() // want
	if err != nil {
		return err
	}
	return read(resp.Body)
}

func file(name string) error {
	f, err := os.Open(name)
	defer f.Close() // want
	if err != nil {
		return err
	}
	return read(f)
}

func connection(address string) error {
	conn, err := net.Dial("tcp", address)
	defer conn.Close() // want
	if err != nil {
		return err
	}
	return read(conn)
}

func pipe(cmd *exec.Cmd) error {
	out, err := cmd.StdoutPipe()
	defer out.Close() // want
	if err != nil {
		return err
	}
	return read(out)
}

func rows(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	defer rows.Close() // want
	if err != nil {
		return err
	}
	return rows.Err()
}

func assigned(name string) (err error) {
	var f *os.File
	f, err = os.Create(name)
	defer f.Close() // want
	if err != nil {
		return err
	}
	return nil
}

func own() error {
	p, err := open()
	defer p.Release() // want
	if err != nil {
		return err
	}
	return nil
}

func threeResults() error {
	p, _, err := openBoth()
	defer p.Release() // want
	if err != nil {
		return err
	}
	return nil
}

func inCase(kind int, url string) error {
	switch kind {
	case 1:
		resp, err := http.Get(url)
		defer resp.Body.Close() // want
		if err != nil {
			return err
		}
	}
	return nil
}

func inLiteral(url string) func() error {
	return func() error {
		resp, err := http.Get(url)
		defer resp.Body.Close() // want
		if err != nil {
			return err
		}
		return nil
	}
}

func secondDefer(name string) error {
	f, err := os.Open(name)
	defer println("done")
	defer f.Close() // want
	if err != nil {
		return err
	}
	return nil
}

func afterOK(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return read(resp.Body)
}

func guardedOK(url string) error {
	resp, err := http.Get(url)
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	if err != nil {
		return err
	}
	return nil
}

func valueOK() error {
	t, err := take()
	defer t.Release()
	if err != nil {
		return err
	}
	return nil
}

func otherOK(f *os.File, url string) error {
	resp, err := http.Get(url)
	defer f.Close()
	if err != nil {
		return err
	}
	return read(resp.Body)
}

func otherErrorOK(name string, before error) error {
	f, _ := os.Open(name)
	defer f.Close()
	if before != nil {
		return before
	}
	return nil
}

func earlierOK(f *os.File) error {
	defer f.Close()
	_, err := f.Stat()
	if err != nil {
		return err
	}
	return nil
}

func uncheckedOK(name string) {
	f, _ := os.Open(name)
	defer f.Close()
	_ = read(f)
}

func successOK(name string) error {
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
	}
	return err
}

func notReleasedOK(name string) error {
	f, err := os.Open(name)
	defer println(name)
	if err != nil {
		return err
	}
	return f.Close()
}

func functionOK(setup func() (func(), error)) error {
	cleanup, err := setup()
	defer cleanup()
	if err != nil {
		return err
	}
	return nil
}

func laterOK(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	defer f.Close()
	if err != nil {
		return err
	}
	_ = info
	return nil
}

type group interface {
	Run(f func() (*os.File, error)) (*os.File, error)
}

func literalGivesBoth(g group, name string) error {
	f, err := g.Run(func() (*os.File, error) {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return file, nil
	})
	defer f.Close() // want
	if err != nil {
		return err
	}
	return nil
}

func literalAlwaysGivesOK(g group, page *os.File, load func(*os.File) error) error {
	f, err := g.Run(func() (*os.File, error) {
		err := load(page)
		return page, err
	})
	defer f.Close()
	if err != nil {
		return err
	}
	return nil
}
