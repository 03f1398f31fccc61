package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// supplierTimeout bounds one call, long after the caller has lost patience: a
// late offer still goes to the price history.
const supplierTimeout = 10 * time.Second

// offer is what a supplier wants for an item.
type offer struct {
	Item  string `json:"item"`
	Cents int    `json:"cents"`
}

// suppliers asks other companies for offers.
type suppliers struct {
	base string
	http *http.Client
}

func newSuppliers(base string) *suppliers {
	transport := &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second}
	return &suppliers{base: base, http: &http.Client{Transport: transport, Timeout: supplierTimeout}}
}

// ask returns what a supplier wants for an item.
func (s *suppliers) ask(supplier, item string) (*offer, error) {
	resp, err := s.http.Get(s.base + "/" + url.PathEscape(supplier) + "/offers/" + url.PathEscape(item))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", supplier, resp.Status)
	}
	var o offer
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, err
	}
	return &o, nil
}
