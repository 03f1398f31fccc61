package payments

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Check asks whether a card is good for an amount.
func (d *Desk) Check(ctx context.Context, card string, cents int) error {
	ctx, span := d.tracer.Start(ctx, "check")
	defer span.End()
	if cents <= 0 {
		return ErrNothing
	}
	_, err := d.gateway.Authorise(ctx, card, cents)
	return err
}

// begin starts a span that the caller must end.
func (d *Desk) begin(ctx context.Context, name, card string) (context.Context, trace.Span) {
	ctx, span := d.tracer.Start(ctx, name)
	span.SetAttributes(attribute.String("card", card[len(card)-4:]))
	return ctx, span
}

// Refund gives money back.
func (d *Desk) Refund(ctx context.Context, card string, cents int) error {
	ctx, span := d.begin(ctx, "refund", card)
	defer span.End()
	_, err := d.gateway.Authorise(ctx, card, -cents)
	return err
}

// Payment is one that goes on for a while.
type Payment struct {
	desk *Desk
	span trace.Span
}

// Open begins a payment, which must be closed.
func (d *Desk) Open(ctx context.Context) *Payment {
	_, span := d.tracer.Start(ctx, "payment")
	return &Payment{desk: d, span: span}
}

// Close ends a payment.
func (p *Payment) Close() {
	p.span.End()
}

// Note marks something in the span of the caller.
func Note(ctx context.Context, text string) {
	trace.SpanFromContext(ctx).AddEvent(text)
}
