package search

import (
	"context"
	"sync"
	"time"
)

// First returns what the first shard finds in time.
func (x *Index) First(query string) ([]Hit, error) {
	ctx, cancel := context.WithTimeout(x.ctx, time.Second)
	defer cancel()
	if len(x.shards) == 0 {
		return nil, errNoShards
	}
	return x.shards[0].Find(ctx, query)
}

// Deadline returns a context for a search of the caller's, which must be cancelled.
func (x *Index) Deadline(limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(x.ctx, limit)
}

// Subscription tells of new hits until it is closed.
type Subscription struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// Subscribe follows a query on all shards.
func (x *Index) Subscribe(query string, found func(Hit)) *Subscription {
	ctx, cancel := context.WithCancel(x.ctx)
	s := &Subscription{cancel: cancel}
	for _, shard := range x.shards {
		s.ended.Add(1)
		go func() {
			defer s.ended.Done()
			shard.Follow(ctx, query, found)
		}()
	}
	return s
}

// Close ends a subscription.
func (s *Subscription) Close() {
	s.cancel()
	s.ended.Wait()
}

// Warm asks a shard in the background and forgets what it answers.
func (x *Index) Warm(shard Shard, query string) {
	ctx, cancel := context.WithTimeout(x.ctx, time.Minute)
	go func() {
		defer cancel()
		shard.Find(ctx, query)
	}()
}
