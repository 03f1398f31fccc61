package m

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"

	"example.com/other"
)

type both struct {
	io.Reader
	io.Closer
}

func table(path string) ([][]string, error) {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bufio.NewReader(f))
	r.Comma = ';'
	return r.ReadAll()
}

func unzipped(path string) ([]byte, error) {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(z)
}

func unzipping(path string) (io.Reader, error) {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return z, nil
}

func closable(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return both{bufio.NewReader(f), f}, nil
}

func strange(path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return other.Wrap(bufio.NewReader(f)), nil
}

type reader struct{ in *bufio.Reader }

func stored(r *reader, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	r.in = bufio.NewReader(f)
	return nil
}

func written(path string, data []byte) error {
	f, err := os.Create(path) // lost: some
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
