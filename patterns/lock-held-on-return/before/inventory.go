// Package inventory knows how many pieces of everything a warehouse has.
package inventory

import (
	"errors"
	"fmt"
	"sync"
)

var (
	// ErrUnknown is returned for items that the warehouse never had.
	ErrUnknown = errors.New("unknown item")
	// ErrTooFew is returned if more is wanted than there is.
	ErrTooFew = errors.New("too few pieces")
)

// Warehouse holds items.
type Warehouse struct {
	mu     sync.Mutex
	pieces map[string]int
}

// New returns an empty warehouse.
func New() *Warehouse {
	return &Warehouse{pieces: map[string]int{}}
}

// Take removes pieces of an item.
func (w *Warehouse) Take(item string, pieces int) error {
	w.mu.Lock() // leak: lock-held-on-return
	have, ok := w.pieces[item]
	if !ok {
		w.mu.Unlock()
		return fmt.Errorf("%s: %w", item, ErrUnknown)
	}
	if have < pieces {
		return fmt.Errorf("%s: %w", item, ErrTooFew)
	}
	w.pieces[item] = have - pieces
	w.mu.Unlock()
	return nil
}
