package feed

import (
	"context"
	"time"
)

// First waits for one price.
func First(prices <-chan Price, limit time.Duration) (Price, error) {
	select {
	case price := <-prices:
		return price, nil
	case <-time.After(limit):
		return Price{}, ErrSilent
	}
}

// For passes on prices for a while.
func For(prices <-chan Price, span time.Duration, publish func(Price)) {
	end := time.After(span)
	for {
		select {
		case price := <-prices:
			publish(price)
		case <-end:
			return
		}
	}
}

// Drain passes on prices until there are none at the moment.
func Drain(prices <-chan Price, publish func(Price)) {
	for {
		select {
		case price := <-prices:
			publish(price)
		case <-time.After(50 * time.Millisecond):
			return
		}
	}
}

// Retry calls f until it succeeds or ctx ends.
func Retry(ctx context.Context, pause time.Duration, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// Sample publishes the last price in an interval.
func Sample(ctx context.Context, prices <-chan Price, interval time.Duration, publish func(Price)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last Price
	for {
		select {
		case last = <-prices:
		case <-ticker.C:
			publish(last)
		case <-ctx.Done():
			return
		}
	}
}
