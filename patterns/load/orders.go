package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
)

// auditReceipt is as long as such answers are: it has to be read before its
// connection is free again.
var auditReceipt = map[string]string{"status": "stored", "receipt": strings.Repeat("0123456789abcdef", 36)}

// serveShop plays the suppliers and the audit service of http-body-not-closed.
func serveShop(l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /prices", func(w http.ResponseWriter, r *http.Request) {
		sku := r.URL.Query().Get("sku")
		answer(w, map[string]any{"sku": sku, "cents": 100 + len(sku)})
	})
	mux.HandleFunc("POST /reservations", func(w http.ResponseWriter, r *http.Request) {
		var order map[string]any
		if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		order["shelf"] = "B-17"
		answer(w, order)
	})
	mux.HandleFunc("POST /audit", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		answer(w, auditReceipt)
	})
	announce(l)
	return http.Serve(l, mux)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func planOrders(t *target) (plan, error) {
	order := func(ctx context.Context, n int) error {
		req := map[string]any{"sku": "sku-" + number(n%catalogSize), "quantity": 1 + n%5, "customer": "c" + number(n%500)}
		return t.call(ctx, http.MethodPost, "/orders", req, nil)
	}
	return plan{round: 1, steps: []step{{name: "order", leaks: true, do: order}}}, nil
}
