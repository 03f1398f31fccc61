// Package payments charges customers and traces what it does.
//
// This is the repaired package: payments that fail are traced, too.
package payments

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Gateway is the bank.
type Gateway interface {
	Authorise(ctx context.Context, card string, cents int) (string, error)
	Capture(ctx context.Context, authorisation string) error
}

// ErrNothing is returned if there is nothing to pay.
var ErrNothing = errors.New("nothing to pay")

// Desk takes payments.
type Desk struct {
	gateway Gateway
	tracer  trace.Tracer
}

// New returns a desk at a gateway, which tells a tracer what it does.
func New(gateway Gateway, tracer trace.Tracer) *Desk {
	return &Desk{gateway: gateway, tracer: tracer}
}

// Charge takes money from a card.
func (d *Desk) Charge(ctx context.Context, card string, cents int) error {
	ctx, span := d.tracer.Start(ctx, "charge")
	defer span.End()
	span.SetAttributes(attribute.Int("cents", cents))
	if cents <= 0 {
		return ErrNothing
	}
	authorisation, err := d.gateway.Authorise(ctx, card, cents)
	if err != nil {
		span.SetStatus(codes.Error, "not authorised")
		return fmt.Errorf("authorise: %w", err)
	}
	return d.gateway.Capture(ctx, authorisation)
}
