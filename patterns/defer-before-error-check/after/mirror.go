// Package mirror keeps local copies of remote files.
//
// This is the repaired package: there is a body to close only if there is no error.
package mirror

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// Mirror copies from one server into one folder.
type Mirror struct {
	client *http.Client
	base   string
	dir    string
}

// New returns a mirror of the server at base in dir.
func New(client *http.Client, base, dir string) *Mirror {
	return &Mirror{client: client, base: base, dir: dir}
}

// Fetch copies one file.
func (m *Mirror) Fetch(ctx context.Context, name string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+"/"+name, nil)
	if err != nil {
		return err
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch %s: %s", name, resp.Status)
	}
	return m.store(name, resp.Body)
}

func (m *Mirror) store(name string, from io.Reader) error {
	file, err := os.CreateTemp(m.dir, "fetch-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := io.Copy(file, from); err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(m.dir, name))
}
