// Package importer reads price lists that partners leave in a folder.
package importer

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Store takes what is imported.
type Store interface {
	Put(record []string) error
}

// Importer reads the lists of one folder.
type Importer struct {
	dir   string
	store Store
}

// New returns an importer of the lists in dir.
func New(dir string, store Store) *Importer {
	return &Importer{dir: dir, store: store}
}

// ImportAll reads all lists and returns how many records they had.
func (im *Importer) ImportAll() (int, error) {
	names, err := filepath.Glob(filepath.Join(im.dir, "*.csv"))
	if err != nil {
		return 0, err
	}
	total := 0
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return total, err
		}
		defer file.Close() // leak: defer-in-loop
		n, err := im.records(file)
		if err != nil {
			return total, fmt.Errorf("%s: %w", name, err)
		}
		total += n
	}
	return total, nil
}

func (im *Importer) records(from io.Reader) (int, error) {
	reader := csv.NewReader(from)
	for n := 0; ; n++ {
		record, err := reader.Read()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := im.store.Put(record); err != nil {
			return n, err
		}
	}
}
