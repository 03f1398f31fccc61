// Package archive reads the days of a log, of which old ones are compressed.
package archive

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Archive is a folder with one file for each day.
type Archive struct {
	dir string
}

// New returns the archive in a folder.
func New(dir string) *Archive {
	return &Archive{dir: dir}
}

// Day opens the log of a day.
func (a *Archive) Day(day string) (io.Reader, error) {
	file, err := os.Open(filepath.Join(a.dir, day+".log.gz")) // leak: wrapper-drops-close
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", day, err)
	}
	return gzip.NewReader(file)
}

// Today opens the log that is being written.
func (a *Archive) Today() (*bufio.Reader, error) {
	file, err := os.Open(filepath.Join(a.dir, "today.log")) // leak: wrapper-drops-close
	if err != nil {
		return nil, err
	}
	return bufio.NewReader(file), nil
}

// Lines counts the lines of a log.
func Lines(log io.Reader) (int, error) {
	lines := 0
	scanner := bufio.NewScanner(log)
	for scanner.Scan() {
		lines++
	}
	return lines, scanner.Err()
}
