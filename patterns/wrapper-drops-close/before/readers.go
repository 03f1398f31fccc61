package archive

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Log is an open log.
type Log struct {
	io.Reader
	file *os.File
}

// Close closes the log.
func (l *Log) Close() error {
	return l.file.Close()
}

// Open opens a log that is not compressed.
func (a *Archive) Open(name string) (*Log, error) {
	file, err := os.Open(filepath.Join(a.dir, name))
	if err != nil {
		return nil, err
	}
	return &Log{Reader: bufio.NewReader(file), file: file}, nil
}

// Head opens the first bytes of a log.
func (a *Archive) Head(name string, bytes int64) (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(a.dir, name))
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(file, bytes), file}, nil
}

// Text returns a whole log.
func (a *Archive) Text(name string) (io.Reader, error) {
	file, err := os.Open(filepath.Join(a.dir, name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(bufio.NewReader(file))
	if err != nil {
		return nil, err
	}
	return strings.NewReader(string(text)), nil
}

// Unpack reads a compressed log from whatever the caller has opened.
func Unpack(from io.Reader) (*bufio.Reader, error) {
	unpacked, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	return bufio.NewReader(unpacked), nil
}
