package events

import (
	"bytes"
	"encoding/json"
)

// largest is the size above which a buffer is left to the collector.
const largest = 1 << 20

// Size returns how long the line of an event is.
func Size(event Event) (int, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := json.NewEncoder(buffer).Encode(event); err != nil {
		return 0, err
	}
	return buffer.Len(), nil
}

// borrow gives an empty buffer, which must be given back.
func borrow() *bytes.Buffer {
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	return buffer
}

// giveBack returns a buffer, unless it has grown too large.
func giveBack(buffer *bytes.Buffer) {
	if buffer.Cap() <= largest {
		buffers.Put(buffer)
	}
}

// WriteAll writes events in one piece.
func (w *Writer) WriteAll(events []Event) error {
	buffer := borrow()
	defer giveBack(buffer)
	encoder := json.NewEncoder(buffer)
	for _, event := range events {
		if err := encoder.Encode(event); err != nil {
			return err
		}
	}
	return w.flush(buffer.Bytes())
}

// Batch gathers lines in a buffer that it borrows until Flush.
type Batch struct {
	to     *Writer
	buffer *bytes.Buffer
}

// NewBatch returns an empty batch.
func (w *Writer) NewBatch() *Batch {
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	return &Batch{to: w, buffer: buffer}
}

// Add adds an event.
func (b *Batch) Add(event Event) error {
	return json.NewEncoder(b.buffer).Encode(event)
}

// Flush writes the batch, which cannot be used afterwards.
func (b *Batch) Flush() error {
	defer giveBack(b.buffer)
	return b.to.flush(b.buffer.Bytes())
}
