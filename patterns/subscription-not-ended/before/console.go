// Package console runs jobs that an operator may interrupt.
package console

import (
	"context"
	"errors"
	"os"
	"os/signal"
)

// ErrInterrupted is returned by jobs that the operator has interrupted.
var ErrInterrupted = errors.New("interrupted")

// Job is something that takes a while.
type Job func(ctx context.Context) error

// Run runs a job until it ends, or the operator interrupts it.
func Run(ctx context.Context, job Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt) // leak: subscription-not-ended
	ended := make(chan error, 1)
	go func() { ended <- job(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-interrupts:
		return ErrInterrupted
	}
}
