package main

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"example.com/billing/internal/ops"
)

// secretTimeout bounds one look at the secret manager.
const secretTimeout = 10 * time.Second

// desk is the HTTP side of the service.
type desk struct {
	vault    vault
	invoices *invoiceDesk
	catalog  *ops.Catalog
}

func (d *desk) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", d.catalog)
	mux.HandleFunc("POST /invoices/{id}/sign", d.signInvoice)
	mux.HandleFunc("POST /webhooks/{id}/rotate", d.rotate)
	mux.HandleFunc("POST /keys/{id}/check", d.check)
	return mux
}

func (d *desk) signInvoice(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), secretTimeout)
	defer cancel()
	sum, err := d.invoices.sign(ctx, r.PathValue("id"))
	answer(w, map[string]string{"signature": sum}, err)
}

func (d *desk) rotate(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), secretTimeout)
	defer cancel()
	sum, err := d.rotateWebhook(ctx, r.PathValue("id"))
	answer(w, map[string]string{"signature": sum}, err)
}

func (d *desk) check(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), secretTimeout)
	defer cancel()
	ok, err := d.checkKey(ctx, r.PathValue("id"), r.Header.Get("X-Signature"))
	answer(w, map[string]bool{"valid": ok}, err)
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		ops.WriteJSON(w, http.StatusBadGateway, map[string]string{"error": err.Error()})
		return
	}
	ops.WriteJSON(w, http.StatusOK, v)
}
