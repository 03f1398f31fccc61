package m

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Healthy: what is left of the answer ends with the context.

func withTimeout(c *http.Client, u string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func ofTheParameter(ctx context.Context, c *http.Client, req *http.Request) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
	}()
	req = req.WithContext(ctx)
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func onTheSpot(c *http.Client, req *http.Request) (int, error) {
	ctx, cancel := context.WithTimeout(req.Context(), time.Second)
	defer cancel()
	resp, err := c.Do(req.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func handler(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://backend", nil)
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	w.WriteHeader(resp.StatusCode)
}

// Leaks: the context goes on, or the function does.

func withoutDefer(c *http.Client, u string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour) // lost: some
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		cancel()
		return 0, err
	}
	resp, err := c.Do(req) // lost: never
	if err != nil {
		cancel()
		return 0, err
	}
	return resp.StatusCode, nil
}

func inALoop(c *http.Client, urls []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for _, u := range urls {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
		if err != nil {
			return err
		}
		resp, err := c.Do(req) // lost: never
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
	}
	return nil
}

func ofTheCaller(ctx context.Context, c *http.Client, u string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req) // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func otherContext(ctx context.Context, c *http.Client, u string) (int, error) {
	wait, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	<-wait.Done()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req) // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func asGiven(c *http.Client, req *http.Request, into any) error {
	resp, err := c.Do(req.WithContext(req.Context())) // lost: never
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
