package m

import (
	"context"

	"go.opentelemetry.io/otel"
)

var tracer = otel.Tracer("m")

func started(ctx context.Context, work func(context.Context) error) error {
	ctx, span := tracer.Start(ctx, "work") // lost: some
	if err := work(ctx); err != nil {
		return err
	}
	span.End()
	return nil
}

func local(ctx context.Context, work func(context.Context)) {
	t := otel.Tracer("local")
	ctx, span := t.Start(ctx, "work") // lost: never
	span.SetName("x")
	work(ctx)
}

func ended(ctx context.Context, work func(context.Context) error) error {
	ctx, span := tracer.Start(ctx, "work")
	defer span.End()
	return work(ctx)
}

func endedByHelper(ctx context.Context, work func(context.Context) error) (err error) {
	ctx, span := tracer.Start(ctx, "work")
	defer func() {
		span.RecordError(err)
		span.End()
	}()
	return work(ctx)
}

func given(ctx context.Context) (context.Context, any) {
	ctx, span := tracer.Start(ctx, "work")
	return ctx, span
}

type server struct{}

func (server) Start(ctx context.Context, name string) (context.Context, any) { return ctx, nil }

func other(ctx context.Context, s server) {
	_, got := s.Start(ctx, "work")
	_ = got
}

func carried(ctx context.Context) context.Context {
	ctx, _ = tracer.Start(ctx, "work")
	return ctx
}

func forgotten(ctx context.Context, work func(context.Context) error) error {
	ctx, _ = tracer.Start(ctx, "work") // lost: blank
	return work(ctx)
}
