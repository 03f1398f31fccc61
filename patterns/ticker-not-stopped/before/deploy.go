// Package deploy brings new versions of a service to its hosts.
package deploy

import (
	"context"
	"errors"
	"time"
)

// Host is where a service runs.
type Host interface {
	Start(ctx context.Context, version string) error
	Healthy(ctx context.Context) (bool, error)
}

// ErrUnhealthy is returned for hosts that do not get well in time.
var ErrUnhealthy = errors.New("the host does not get healthy")

// Deploy starts a version on a host and waits until it is healthy.
func Deploy(ctx context.Context, host Host, version string) error {
	if err := host.Start(ctx, version); err != nil {
		return err
	}
	ticker := time.NewTicker(time.Second) // leak: ticker-not-stopped
	for {
		select {
		case <-ctx.Done():
			return ErrUnhealthy
		case <-ticker.C:
			healthy, err := host.Healthy(ctx)
			if err != nil {
				return err
			}
			if healthy {
				return nil
			}
		}
	}
}
