package mirror

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// Modified returns what the server says of a file's age.
func (m *Mirror) Modified(ctx context.Context, name string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, m.base+"/"+name, nil)
	if err != nil {
		return "", err
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return resp.Header.Get("Last-Modified"), nil
}

// Reachable tells whether the server answers. A redirect that is refused gives a response and an error.
func (m *Mirror) Reachable() bool {
	resp, err := m.client.Head(m.base)
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	return err == nil
}

// Lines counts the lines of a copy.
func (m *Mirror) Lines(name string) (int, error) {
	file, err := os.Open(filepath.Join(m.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	lines := 0
	for scanner.Scan() {
		lines++
	}
	return lines, scanner.Err()
}

// Names lists the copies; only one goroutine at a time does.
func (m *Mirror) Names(mu *sync.Mutex) ([]string, error) {
	mu.Lock()
	entries, err := os.ReadDir(m.dir)
	defer mu.Unlock()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, nil
}
