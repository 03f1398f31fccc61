package main

import "context"

// rotateWebhook signs a webhook's address with the newest key.
func (d *desk) rotateWebhook(ctx context.Context, hook string) (string, error) {
	client, err := d.vault.open(ctx)
	if err != nil {
		return "", err
	}
	defer client.Close()
	key, err := d.vault.read(ctx, client, "webhook-key")
	if err != nil {
		return "", err
	}
	return signature(key, hook), nil
}
