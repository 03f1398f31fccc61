package ops

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"sync/atomic"
)

// catalogLimit bounds the warm cache: about 2 MB of documents of 1 kB.
const catalogLimit = 2000

// Item is one entry of the product catalog.
type Item struct {
	SKU         string            `json:"sku"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Attributes  map[string]string `json:"attributes"`
	Revision    uint32            `json:"revision"`
}

// Catalog answers product look-ups from a warm cache and counts the views on
// a worker pool.
type Catalog struct {
	cache *Cache
	pool  *Pool
	views int64
}

// NewCatalog returns a catalog with an empty cache and 32 waiting workers.
func NewCatalog() *Catalog {
	return &Catalog{cache: NewCache(catalogLimit), pool: NewPool(32, 256)}
}

// ServeHTTP answers GET ?sku=… with the item as JSON.
func (c *Catalog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sku := r.URL.Query().Get("sku")
	if sku == "" {
		http.Error(w, "sku is missing", http.StatusBadRequest)
		return
	}
	doc, err := c.cache.Get(sku, func() ([]byte, error) { return json.Marshal(newItem(sku)) })
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var item Item
	if err := json.Unmarshal(doc, &item); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	c.pool.Submit(func() { atomic.AddInt64(&c.views, 1) })
	WriteJSON(w, http.StatusOK, item)
}

// Views returns how many look-ups the workers have counted.
func (c *Catalog) Views() int64 {
	return atomic.LoadInt64(&c.views)
}

func newItem(sku string) Item {
	revision := crc32.ChecksumIEEE([]byte(sku))
	return Item{
		SKU:         sku,
		Title:       "Item " + sku,
		Description: strings.Repeat(fmt.Sprintf("%s is made to last. ", sku), 30),
		Attributes:  map[string]string{"colour": "graphite", "origin": "EU", "unit": "piece"},
		Revision:    revision,
	}
}

// WriteJSON sends v as the response body.
func WriteJSON(w http.ResponseWriter, status int, v interface{}) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}
