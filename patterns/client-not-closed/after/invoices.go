package main

import (
	"context"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
)

// invoiceDesk signs invoices. It keeps one client for all of them.
type invoiceDesk struct {
	vault  vault
	client *secretmanager.Client
}

func newInvoiceDesk(ctx context.Context, v vault) (*invoiceDesk, error) {
	client, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	return &invoiceDesk{vault: v, client: client}, nil
}

// sign returns the signature of one invoice.
func (d *invoiceDesk) sign(ctx context.Context, invoice string) (string, error) {
	key, err := d.vault.read(ctx, d.client, "invoice-key")
	if err != nil {
		return "", err
	}
	return signature(key, invoice), nil
}

// Close releases the client.
func (d *invoiceDesk) Close() error {
	return d.client.Close()
}
