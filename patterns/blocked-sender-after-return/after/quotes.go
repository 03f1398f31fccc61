package main

import (
	"context"
	"net/http"

	"example.com/quotes/internal/ops"
)

// quote answers with what an item costs for the customer.
func (d *desk) quote(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), d.patience)
	defer cancel()
	o, err := d.offerInTime(ctx, r.URL.Query().Get("supplier"), r.PathValue("item"))
	switch {
	case err == context.DeadlineExceeded:
		ops.WriteJSON(w, http.StatusOK, listPrice(r.PathValue("item")))
	case err != nil:
		refuse(w, err)
	default:
		ops.WriteJSON(w, http.StatusOK, o)
	}
}

// offerInTime asks a supplier and waits for the offer as long as the context
// lasts.
func (d *desk) offerInTime(ctx context.Context, supplier, item string) (*offer, error) {
	type answer struct {
		offer *offer
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		o, err := d.suppliers.ask(supplier, item)
		answers <- answer{o, err}
	}()
	select {
	case a := <-answers:
		return a.offer, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// listPrice is what an item costs where no supplier answers.
func listPrice(item string) *offer {
	return &offer{Item: item, Cents: 1500}
}
