package main

import (
	"context"
	"fmt"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"
	"github.com/allegro/bigcache/v3"
	"github.com/karlseguin/ccache/v3"
)

// agent is a UDP address nobody listens on: statistics are sent without an answer.
const agent = "127.0.0.1:8125"

// reports are the leaks, one library each. What they make is dropped at the end of the call.
var reports = map[string]func(tenant string) error{
	"ccache":   reportWithRecent,
	"bigcache": reportWithPages,
	"statsd":   reportWithStatistics,
}

func reportWithRecent(tenant string) error {
	recent := ccache.New(ccache.Configure[string]()) // leak: unstopped-worker (ccache.Cache)
	// What fills it holds more than what it is made of, and is not where it is made.
	for day := range 200 {
		recent.Set(fmt.Sprint(tenant, day), tenant, time.Hour)
	}
	return nil
}

func reportWithPages(tenant string) error {
	pages, err := bigcache.New(context.Background(), pagesConfig()) // leak: unstopped-worker (bigcache.BigCache)
	if err != nil {
		return err
	}
	return pages.Set(tenant, []byte(tenant))
}

func reportWithStatistics(tenant string) error {
	statistics, err := statsd.New(agent, smallBuffers...) // leak: unstopped-worker (statsd.Client)
	if err != nil {
		return err
	}
	return statistics.Incr("reports", []string{"tenant:" + tenant}, 1)
}

func pagesConfig() bigcache.Config {
	return bigcache.Config{
		Shards:             2,
		LifeWindow:         time.Hour,
		CleanWindow:        time.Minute,
		MaxEntriesInWindow: 16,
		MaxEntrySize:       64,
	}
}

// smallBuffers are far smaller than usual, so that a test with hundreds of clients needs little memory.
var smallBuffers = []statsd.Option{statsd.WithBufferPoolSize(4), statsd.WithSenderQueueSize(4)}

// shared is what a healthy service has: one object of each library, made at the start.
type shared struct {
	recent     *ccache.Cache[string]
	pages      *bigcache.BigCache
	statistics *statsd.Client
}

func newShared() (*shared, error) {
	pages, err := bigcache.New(context.Background(), pagesConfig())
	if err != nil {
		return nil, err
	}
	statistics, err := statsd.New(agent, smallBuffers...)
	if err != nil {
		return nil, err
	}
	recent := ccache.New(ccache.Configure[string]())
	return &shared{recent: recent, pages: pages, statistics: statistics}, nil
}

// use takes each of the shared objects once. What a report cannot store or send, it does without.
func (s *shared) use(tenant string) {
	s.recent.Set(tenant, tenant, time.Hour)
	_ = s.pages.Set(tenant, []byte(tenant))
	_ = s.statistics.Incr("requests", nil, 1)
}
