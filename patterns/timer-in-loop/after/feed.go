// Package feed passes on the prices of an exchange.
//
// This is the repaired package: one timer does for all prices.
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

// longest is how long an exchange may say nothing.
const longest = 5 * time.Minute

// ErrSilent is returned if an exchange says nothing any more.
var ErrSilent = errors.New("the exchange is silent")

// Forward passes on prices until none comes for five minutes.
func Forward(ctx context.Context, prices <-chan Price, publish func(Price)) error {
	silence := time.NewTimer(longest)
	defer silence.Stop()
	for {
		select {
		case price := <-prices:
			publish(price)
			if !silence.Stop() {
				<-silence.C
			}
			silence.Reset(longest)
		case <-silence.C:
			return ErrSilent
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
