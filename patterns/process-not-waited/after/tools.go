package thumbs

import (
	"bufio"
	"context"
	"log"
	"os/exec"
)

// Version returns what the tool calls itself.
func (m *Maker) Version(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, m.tool, "--version").Output()
	return string(out), err
}

// Optimise makes a thumbnail smaller in the background.
func (m *Maker) Optimise(thumbnail string) error {
	cmd := exec.Command("optipng", thumbnail)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		if err := cmd.Wait(); err != nil {
			log.Printf("optimise %s: %v", thumbnail, err)
		}
	}()
	return nil
}

// Formats returns the formats that the tool knows, one a line.
func (m *Maker) Formats() ([]string, error) {
	cmd := exec.Command(m.tool, "-list", "format")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var formats []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		formats = append(formats, lines.Text())
	}
	return formats, cmd.Wait()
}

// Server is a tool that makes one thumbnail after the other.
type Server struct {
	cmd *exec.Cmd
}

// StartServer starts a tool that serves; it runs until Stop.
func (m *Maker) StartServer(socket string) (*Server, error) {
	cmd := exec.Command(m.tool, "-serve", socket)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Server{cmd: cmd}, nil
}

// Stop ends the tool.
func (s *Server) Stop() error {
	s.cmd.Process.Kill()
	return s.cmd.Wait()
}
