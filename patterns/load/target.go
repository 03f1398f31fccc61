package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// catalogSize is the number of items that catalog look-ups go round in: as
// many as the services' warm cache holds.
const catalogSize = 2000

// target is the service under load.
type target struct {
	address string
	http    *http.Client
}

func newTarget(address string) *target {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}
	return &target{address: address, http: &http.Client{Transport: transport}}
}

// Close ends the connections that the requests went over.
func (t *target) Close() {
	t.http.CloseIdleConnections()
}

// browse looks at one item of the catalog.
func (t *target) browse(ctx context.Context, n int) error {
	return t.call(ctx, http.MethodGet, fmt.Sprintf("/catalog?sku=sku-%04d", n%catalogSize), nil, nil)
}

// get returns a step function that requests a path with the operation's number
// in it.
func (t *target) get(format string) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		return t.call(ctx, http.MethodGet, fmt.Sprintf(format, n), nil, nil)
	}
}

// post returns a step function that posts an empty body to such a path.
func (t *target) post(format string) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		return t.call(ctx, http.MethodPost, fmt.Sprintf(format, n), nil, nil)
	}
}

// call makes one request. A body in and a body out are JSON; any answer but a
// 2xx is an error.
func (t *target) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+t.address+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := t.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, resp.Status, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// idleConns are keep-alive connections over which one request was made.
type idleConns []net.Conn

// holdIdle opens n keep-alive connections to a service and leaves them idle.
func holdIdle(address string, n int) (idleConns, error) {
	var conns idleConns
	for i := 0; i < n; i++ {
		conn, err := openIdle(address)
		if err != nil {
			conns.Close()
			return nil, fmt.Errorf("idle connection %d: %w", i+1, err)
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

func openIdle(address string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	health := url.URL{Scheme: "http", Host: address, Path: "/healthz"}
	req, err := http.NewRequest(http.MethodGet, health.String(), nil)
	if err == nil {
		err = req.Write(conn)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		conn.Close()
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return conn, nil
}

// Close ends the connections.
func (c idleConns) Close() {
	for _, conn := range c {
		conn.Close()
	}
}
