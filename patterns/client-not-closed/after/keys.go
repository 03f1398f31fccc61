package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// checkKey tells whether an API key was signed by this service.
func (d *desk) checkKey(ctx context.Context, id, claimed string) (bool, error) {
	client, err := d.vault.open(ctx)
	if err != nil {
		return false, err
	}
	defer client.Close()
	key, err := d.vault.read(ctx, client, "api-key")
	if err != nil {
		return false, err
	}
	return hmac.Equal([]byte(signature(key, id)), []byte(claimed)), nil
}

// signature returns the keyed hash of a text, in hex.
func signature(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
