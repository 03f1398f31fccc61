package shapes

import (
	"context"
	"time"
)

type row struct{ id int }

func next() (row, bool)                           { return row{}, false }
func fetch(ctx context.Context) (row, error)      { return row{}, ctx.Err() }
func each(rows []row, do func(row))               { _ = rows }
func take(rows <-chan row)                        { _ = rows }
func pages(ctx context.Context) ([]row, error)    { return nil, ctx.Err() }
func different(a, b row) bool                     { return a != b }
func started(ctx context.Context, out chan<- row) { out <- row{} }

func merge(ctx context.Context, in []row, out chan<- row) error {
	defer close(out)
	done := ctx.Done()
	if len(in) == 1 {
		select {
		case <-done:
			return ctx.Err()
		case out <- in[0]:
		}
		return nil
	}
	var last row
	for _, r := range in {
		if different(r, last) {
			out <- r // want
			last = r
		}
	}
	return nil
}

func lastOne(ctx context.Context, out chan<- row) {
	for r, more := next(); more; r, more = next() {
		select {
		case out <- r:
		case <-ctx.Done():
			return
		}
	}
	out <- row{id: -1} // want
}

func header(out chan<- row, quit <-chan struct{}) {
	out <- row{} // want
	for {
		r, _ := next()
		select {
		case <-quit:
			return
		case out <- r:
		}
	}
}

func inClosure(ctx context.Context, rows []row, out chan<- row) {
	each(rows, func(r row) {
		if r.id == 0 {
			out <- r // want
			return
		}
		select {
		case <-ctx.Done():
		case out <- r:
		}
	})
}

type reader struct{ stopCh chan struct{} }

func (x *reader) read(results chan<- row) {
	for {
		r, more := next()
		if !more {
			results <- r // want
			return
		}
		select {
		case <-x.stopCh:
			return
		case results <- r:
		}
	}
}

func follow(ctx context.Context, out chan row) {
	for {
		r, err := fetch(ctx)
		if err != nil {
			out <- row{id: -1} // want
			return
		}
		select {
		case out <- r:
		case <-ctx.Done():
			return
		}
	}
}

// One row fits, but the others before it fill the room.
func followed(ctx context.Context) <-chan row {
	out := make(chan row, 1)
	go follow(ctx, out)
	return out
}

func decode(ctx context.Context) (<-chan row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ch := make(chan row) // want
	go func(ch chan<- row) {
		defer close(ch)
		for {
			r, more := next()
			if !more {
				return
			}
			ch <- r
		}
	}(ch)
	return ch, nil
}

func list(ctx context.Context) <-chan row {
	out := make(chan row) // want
	go func() {
		defer close(out)
		rows, _ := pages(ctx)
		for _, r := range rows {
			out <- r
		}
	}()
	return out
}

// Who looks at the error of the context before each send is blocked all the same.
func checked(ctx context.Context) <-chan row {
	out := make(chan row) // want
	go func() {
		defer close(out)
		for ctx.Err() == nil {
			r, _ := next()
			out <- r
		}
	}()
	return out
}

func firstOfChecked(ctx context.Context) row {
	for r := range checked(ctx) {
		if r.id > 0 {
			return r
		}
	}
	return row{}
}

func feed(rows []row, to chan<- row) {
	for _, r := range rows {
		to <- r
	}
	close(to)
}

func fed(ctx context.Context, rows []row) <-chan row {
	out := make(chan row) // want
	go feed(rows, out)
	return out
}

func allGuardedOK(ctx context.Context, rows []row, out chan<- row) {
	for _, r := range rows {
		select {
		case out <- r:
		case <-ctx.Done():
			return
		}
	}
	select {
	case out <- row{}:
	case <-ctx.Done():
	}
}

func noneGuardedOK(ctx context.Context, rows []row, out chan<- row) {
	for _, r := range rows {
		out <- r
	}
	out <- row{}
}

func lastWordOK(ctx context.Context, out chan<- row) {
	for {
		r, _ := next()
		select {
		case out <- r:
		case <-ctx.Done():
			out <- row{id: -1}
			return
		}
	}
}

func flushOK(out chan<- row, shutdown <-chan struct{}) {
	var left row
loop:
	for {
		r, _ := next()
		select {
		case out <- r:
		case <-shutdown:
			left = r
			break loop
		}
	}
	out <- left
}

func roomMadeOK(out chan row, done <-chan struct{}) {
	r, _ := next()
	select {
	case <-done:
	case out <- r:
	default:
		<-out
		out <- r
	}
}

func triedOK(out chan row, done <-chan struct{}, drop func()) {
	r, _ := next()
	select {
	case <-done:
	case out <- r:
	default:
		drop()
		out <- r
	}
}

func otherChannelOK(ctx context.Context, out, log chan<- row) {
	r, _ := next()
	log <- r
	select {
	case out <- r:
	case <-ctx.Done():
	}
}

func timeoutOnlyOK(out chan<- row) {
	r, _ := next()
	select {
	case out <- r:
	case <-time.After(time.Second):
	}
	out <- r
}

func answer(ctx context.Context, out chan<- row) {
	r, err := fetch(ctx)
	if err != nil {
		out <- row{}
		return
	}
	select {
	case out <- r:
	case <-ctx.Done():
	}
}

func answeredOK(ctx context.Context) <-chan row {
	out := make(chan row, 1)
	go answer(ctx, out)
	return out
}

func roomForAllOK(ctx context.Context, rows []row) chan row {
	out := make(chan row, len(rows)+1)
	for _, r := range rows {
		select {
		case out <- r:
		case <-ctx.Done():
		}
	}
	out <- row{}
	return out
}

func ownReceiverOK(ctx context.Context) {
	ch := make(chan row)
	go func() {
		for r := range ch {
			_ = r
		}
	}()
	select {
	case ch <- row{}:
	case <-ctx.Done():
	}
	ch <- row{}
	close(ch)
}

func heedsOK(ctx context.Context) <-chan row {
	out := make(chan row)
	go func() {
		defer close(out)
		for {
			r, _ := next()
			select {
			case out <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func bufferedOK(ctx context.Context, rows []row) <-chan row {
	out := make(chan row, len(rows))
	go func() {
		defer close(out)
		for _, r := range rows {
			out <- r
		}
	}()
	return out
}

func noContextOK(rows []row) <-chan row {
	out := make(chan row)
	go func() {
		defer close(out)
		for _, r := range rows {
			out <- r
		}
	}()
	return out
}

func drained(ctx context.Context) <-chan row {
	out := make(chan row)
	go func() {
		defer close(out)
		rows, _ := pages(ctx)
		for _, r := range rows {
			out <- r
		}
	}()
	return out
}

func drainsOK(ctx context.Context) (sum int) {
	for r := range drained(ctx) {
		sum += r.id
	}
	return sum
}

func notReturnedOK(ctx context.Context) {
	out := make(chan row)
	go func() {
		for {
			r, _ := next()
			out <- r
		}
	}()
	take(out)
}

func otherSignalOK(ctx context.Context, quit chan struct{}) <-chan row {
	out := make(chan row)
	go func() {
		for {
			select {
			case <-quit:
				return
			default:
			}
			r, _ := next()
			out <- r
		}
	}()
	return out
}
