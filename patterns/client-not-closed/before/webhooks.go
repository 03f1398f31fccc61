package main

import "context"

// rotateWebhook signs a webhook's address with the newest key.
func (d *desk) rotateWebhook(ctx context.Context, hook string) (string, error) {
	client, err := d.vault.open(ctx) // leak: client-not-closed (grpc.ClientConn)
	if err != nil {
		return "", err
	}
	key, err := d.vault.read(ctx, client, "webhook-key") // leak-related: uses
	if err != nil {
		return "", err
	}
	return signature(key, hook), nil
}
