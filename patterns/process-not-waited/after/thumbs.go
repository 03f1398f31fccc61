// Package thumbs makes small pictures with the tools of the system.
//
// This is the repaired package: a tool that is given up is waited for, too.
package thumbs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// ErrTimeout is returned if a tool takes too long.
var ErrTimeout = errors.New("the tool takes too long")

// Maker makes thumbnails.
type Maker struct {
	tool  string
	limit time.Duration
}

// New returns a maker that uses a tool and gives it so much time for each picture.
func New(tool string, limit time.Duration) *Maker {
	return &Maker{tool: tool, limit: limit}
}

// Make makes the thumbnail of a picture.
func (m *Maker) Make(picture, thumbnail string) error {
	cmd := exec.Command(m.tool, picture, thumbnail)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", m.tool, err)
	}
	if !appears(thumbnail, m.limit) {
		cmd.Process.Kill()
		cmd.Wait()
		return ErrTimeout
	}
	return cmd.Wait()
}

func appears(name string, limit time.Duration) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			return true
		}
	}
	return false
}
