// Package catalog reads product catalogs from an object store.
//
// This is the repaired package: an object is closed also if it cannot be read to the end.
package catalog

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Bucket is a part of an object store.
type Bucket interface {
	// OpenReader opens an object. The caller must close the stream.
	OpenReader(ctx context.Context, key string) (io.ReadCloser, error)
}

// Product is one entry of a catalog.
type Product struct {
	SKU   string `json:"sku"`
	Title string `json:"title"`
}

// Reader reads the catalogs of a bucket.
type Reader struct {
	bucket Bucket
}

// New returns a reader of a bucket.
func New(bucket Bucket) *Reader {
	return &Reader{bucket: bucket}
}

// Find returns the product with a number; a catalog has one a line.
func (r *Reader) Find(ctx context.Context, key, sku string) (*Product, error) {
	object, err := r.bucket.OpenReader(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("catalog %s: %w", key, err)
	}
	defer object.Close()
	lines := bufio.NewScanner(object)
	for lines.Scan() {
		var product Product
		if err := json.Unmarshal(lines.Bytes(), &product); err != nil {
			return nil, fmt.Errorf("catalog %s: %w", key, err)
		}
		if product.SKU == sku {
			return &product, nil
		}
	}
	return nil, lines.Err()
}
