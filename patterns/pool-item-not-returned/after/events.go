// Package events writes events as lines of JSON.
//
// This is the repaired package: a buffer goes back to the pool also if an event cannot be encoded.
package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 64<<10)) }}

// Event is something that has happened.
type Event struct {
	Kind string `json:"kind"`
	Data any    `json:"data"`
}

// Writer writes events.
type Writer struct {
	mu  sync.Mutex
	out io.Writer
}

// NewWriter returns a writer of events to out.
func NewWriter(out io.Writer) *Writer {
	return &Writer{out: out}
}

// Write writes one event in one piece.
func (w *Writer) Write(event Event) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := json.NewEncoder(buffer).Encode(event); err != nil {
		return fmt.Errorf("event %s: %w", event.Kind, err)
	}
	return w.flush(buffer.Bytes())
}

func (w *Writer) flush(line []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.out.Write(line)
	return err
}
