// Package feed passes on the prices of an exchange.
package feed

import (
	"context"
	"errors"
	"time"
)

// Price is what something costs.
type Price struct {
	Symbol string
	Cents  int64
}

// ErrSilent is returned if an exchange says nothing any more.
var ErrSilent = errors.New("the exchange is silent")

// Forward passes on prices until none comes for five minutes.
func Forward(ctx context.Context, prices <-chan Price, publish func(Price)) error {
	for {
		select {
		case price := <-prices:
			publish(price)
		case <-time.After(5 * time.Minute): // leak: timer-in-loop
			return ErrSilent
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
