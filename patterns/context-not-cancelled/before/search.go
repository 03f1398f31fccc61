// Package search asks the shards of an index.
package search

import (
	"context"
	"errors"
	"fmt"
)

// Hit is one document that was found.
type Hit struct {
	ID    string
	Score float64
}

// Shard is a part of the index.
type Shard interface {
	Find(ctx context.Context, query string) ([]Hit, error)
	Follow(ctx context.Context, query string, found func(Hit)) error
}

var errNoShards = errors.New("no shards")

// Index is what is searched.
type Index struct {
	ctx    context.Context
	shards []Shard
}

// NewIndex returns an index that serves until ctx ends.
func NewIndex(ctx context.Context, shards ...Shard) *Index {
	return &Index{ctx: ctx, shards: shards}
}

// Find asks one shard after the other until enough hits are found.
func (x *Index) Find(query string, enough int) ([]Hit, error) {
	ctx, cancel := context.WithCancel(x.ctx) // leak: context-not-cancelled
	var hits []Hit
	for i, shard := range x.shards {
		more, err := shard.Find(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("shard %d: %w", i, err)
		}
		hits = append(hits, more...)
		if len(hits) >= enough {
			break
		}
	}
	cancel()
	return hits, nil
}
