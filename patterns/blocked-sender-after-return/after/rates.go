package main

import (
	"net/http"
	"time"

	"example.com/quotes/internal/ops"
)

// rate is what a supplier's offer is worth against the list price, in percent.
type rate struct {
	Item    string `json:"item"`
	Percent int    `json:"percent"`
}

// rateItem answers with a supplier's rate for an item.
func (d *desk) rateItem(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	supplier := r.URL.Query().Get("supplier")
	rates := make(chan rate, 1)
	go func() {
		rates <- d.compare(supplier, item)
	}()
	patience := time.NewTimer(d.patience)
	defer patience.Stop()
	select {
	case found := <-rates:
		ops.WriteJSON(w, http.StatusOK, found)
	case <-patience.C:
		ops.WriteJSON(w, http.StatusOK, rate{Item: item, Percent: 100})
	}
}

func (d *desk) compare(supplier, item string) rate {
	o, err := d.suppliers.ask(supplier, item)
	if err != nil {
		return rate{Item: item, Percent: 100}
	}
	return rate{Item: item, Percent: o.Cents * 100 / listPrice(item).Cents}
}
