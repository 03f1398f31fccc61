package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// suppliers asks other services of the shop about prices and stock.
type suppliers struct {
	base string
}

type quote struct {
	SKU   string `json:"sku"`
	Cents int    `json:"cents"`
}

type reservation struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
	Shelf    string `json:"shelf"`
}

// price returns what one piece costs, in cents.
func (s *suppliers) price(sku string) (int, error) {
	resp, err := http.Get(s.base + "/prices?sku=" + url.QueryEscape(sku))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var q quote
	if err := decode(resp, &q); err != nil {
		return 0, fmt.Errorf("price of %s: %v", sku, err)
	}
	return q.Cents, nil
}

// reserve takes pieces from stock and returns the shelf they lie on.
func (s *suppliers) reserve(sku string, quantity int) (string, error) {
	body, err := json.Marshal(reservation{SKU: sku, Quantity: quantity})
	if err != nil {
		return "", err
	}
	resp, err := http.Post(s.base+"/reservations", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer drain(resp)
	var r reservation
	if err := decode(resp, &r); err != nil {
		return "", fmt.Errorf("reservation of %s: %v", sku, err)
	}
	return r.Shelf, nil
}

func decode(resp *http.Response, v interface{}) error {
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", resp.Request.URL.Path, resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, v)
}

// drain reads what is left of a response, so that its connection can be used
// again, and closes it.
func drain(resp *http.Response) {
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}
