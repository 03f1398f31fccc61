package main

import (
	"bufio"
	"expvar"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"
)

var (
	watchesOpen  = expvar.NewInt("watches_open")
	watchesEnded = expvar.NewInt("watches_ended")
	linesRead    = expvar.NewInt("lines_read")
)

// watcher follows commands on devices.
type watcher struct {
	config *ssh.ClientConfig
}

func newWatcher(timeout time.Duration) *watcher {
	return &watcher{config: &ssh.ClientConfig{
		User:            "watch",
		Auth:            []ssh.AuthMethod{ssh.Password("watch")},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Timeout:         timeout,
	}}
}

// stream is the output of one command on one device.
type stream struct {
	client  *ssh.Client
	session *ssh.Session
	lines   *bufio.Scanner
}

// start runs a command on a device, returns its first line and follows the
// others in the background.
func (w *watcher) start(device, command string) (string, error) {
	client, err := w.connect(device)
	if err != nil {
		return "", err
	}
	s, err := openStream(client, command)
	if err != nil {
		client.Close()
		return "", err
	}
	if !s.lines.Scan() {
		s.close()
		return "", fmt.Errorf("%s said nothing", device)
	}
	first := s.lines.Text()
	watchesOpen.Add(1)
	go s.follow()
	return first, nil
}

// openStream starts a command over a connection.
func openStream(client *ssh.Client, command string) (*stream, error) {
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		session.Close()
		return nil, err
	}
	if err := session.Start(command); err != nil {
		session.Close()
		return nil, err
	}
	return &stream{client: client, session: session, lines: bufio.NewScanner(io.LimitReader(out, 1<<30))}, nil
}

// follow reads until the command ends or the connection is lost.
func (s *stream) follow() {
	defer watchesOpen.Add(-1)
	defer watchesEnded.Add(1)
	defer s.close()
	for s.lines.Scan() {
		linesRead.Add(1)
	}
}

func (s *stream) close() {
	s.session.Close()
	s.client.Close()
}
