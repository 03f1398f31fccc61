package inventory

// Put adds pieces of an item.
func (w *Warehouse) Put(item string, pieces int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pieces[item] += pieces
}

// Count returns how many pieces of an item there are, and whether it is known.
func (w *Warehouse) Count(item string) (int, bool) {
	w.mu.Lock()
	pieces, ok := w.pieces[item]
	if !ok {
		w.mu.Unlock()
		return 0, false
	}
	w.mu.Unlock()
	return pieces, true
}

// Begin locks the warehouse for several changes; the caller must call Commit.
func (w *Warehouse) Begin() map[string]int {
	w.mu.Lock()
	return w.pieces
}

// Commit ends what Begin began.
func (w *Warehouse) Commit() {
	w.mu.Unlock()
}

// Move takes pieces to another warehouse, unless somebody works in it.
func (w *Warehouse) Move(to *Warehouse, item string, pieces int) bool {
	if !to.mu.TryLock() {
		return false
	}
	defer to.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pieces[item] < pieces {
		return false
	}
	w.pieces[item] -= pieces
	to.pieces[item] += pieces
	return true
}

// Each calls f for every item, without holding the lock meanwhile.
func (w *Warehouse) Each(f func(item string, pieces int) error) error {
	w.mu.Lock()
	items := make([]string, 0, len(w.pieces))
	for item := range w.pieces {
		items = append(items, item)
	}
	w.mu.Unlock()
	for _, item := range items {
		w.mu.Lock()
		pieces := w.pieces[item]
		w.mu.Unlock()
		if err := f(item, pieces); err != nil {
			return err
		}
	}
	return nil
}
