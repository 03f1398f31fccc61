package ops

import "sync"

// Cache keeps up to a fixed number of documents for the life of the process.
// It fills from requests and then stands still.
type Cache struct {
	limit int

	mu   sync.RWMutex
	docs map[string][]byte
}

// NewCache returns an empty cache that holds at most limit documents.
func NewCache(limit int) *Cache {
	return &Cache{limit: limit, docs: make(map[string][]byte)}
}

// Get returns the document stored under key. A document that is not there is
// made with load and stored, unless the cache is full.
func (c *Cache) Get(key string, load func() ([]byte, error)) ([]byte, error) {
	c.mu.RLock()
	doc, ok := c.docs[key]
	c.mu.RUnlock()
	if ok {
		return doc, nil
	}
	doc, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.docs) < c.limit {
		c.docs[key] = doc
	}
	return doc, nil
}

// Len returns the number of documents held.
func (c *Cache) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.docs)
}
