package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// keptExports is how many files of one data set lie in the spool: a newer
// export takes the place of an older one.
const keptExports = 1000

// export is what came of one export.
type export struct {
	ID   int64  `json:"id"`
	Rows int    `json:"rows"`
	File string `json:"file,omitempty"`
}

// exporter writes data sets to files.
type exporter struct {
	dir string

	mu      sync.Mutex
	lastID  int64
	running map[int64]*os.File
}

func newExporter(dir string) *exporter {
	return &exporter{dir: dir, running: make(map[int64]*os.File)}
}

// write exports the first rows of a data set.
func (e *exporter) write(dataset string, rows int) (*export, error) {
	id := e.nextID()
	name := fmt.Sprintf("%s-%d.csv", filepath.Base(dataset), id%keptExports)
	out, err := os.Create(filepath.Join(e.dir, name))
	if err != nil {
		return nil, err
	}
	e.begin(id, out)
	if rows == 0 {
		return &export{ID: id}, e.finish(id)
	}
	if err := writeRows(out, dataset, rows); err != nil {
		e.finish(id)
		return nil, err
	}
	return &export{ID: id, Rows: rows, File: name}, e.finish(id)
}

func (e *exporter) nextID() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastID++
	return e.lastID
}

// begin notes that an export is running.
func (e *exporter) begin(id int64, out *os.File) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running[id] = out
}

// finish closes the file of an export that has been running.
func (e *exporter) finish(id int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.running[id]
	delete(e.running, id)
	return out.Close()
}

func writeRows(out *os.File, dataset string, rows int) error {
	w := csv.NewWriter(out)
	for i := 0; i < rows; i++ {
		if err := w.Write([]string{dataset, strconv.Itoa(i), strconv.Itoa(i * i)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
