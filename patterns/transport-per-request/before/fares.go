package main

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/net/http2"
)

// fare is what a journey costs.
type fare struct {
	Route    string `json:"route"`
	Cents    int    `json:"cents"`
	Currency string `json:"currency"`
}

// fareClient asks the fare service.
type fareClient struct {
	http     *http.Client
	upstream string
}

// newFareClient returns a client of the fare service with the given settings.
func newFareClient(s settings) *fareClient {
	transport := &http2.Transport{ // leak: transport-per-request (http2.ClientConn)
		AllowHTTP:      true,
		DialTLSContext: dialPlain,
	}
	return &fareClient{
		http:     &http.Client{Transport: transport, Timeout: s.timeout},
		upstream: s.upstream,
	}
}

func (c *fareClient) fare(ctx context.Context, route string) (*fare, error) {
	var f fare
	if err := getJSON(ctx, c.http, c.upstream+"/fares/"+url.PathEscape(route), &f); err != nil { // leak-related: uses
		return nil, err
	}
	return &f, nil
}
