package main

import (
	"expvar"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

var (
	inFlight  = expvar.NewInt("checks_in_flight")
	succeeded = expvar.NewInt("checks_succeeded")
	failed    = expvar.NewInt("checks_failed")
)

// result is what a check found.
type result struct {
	At     time.Time `json:"at"`
	Uptime string    `json:"uptime,omitempty"`
	Error  string    `json:"error,omitempty"`
}

// checker asks hosts for their uptime.
type checker struct {
	port   string
	config *ssh.ClientConfig

	mu   sync.Mutex
	last map[string]result
}

func newChecker(port string, timeout time.Duration) *checker {
	return &checker{
		port: port,
		config: &ssh.ClientConfig{
			User:            "monitor",
			Auth:            []ssh.AuthMethod{ssh.Password("monitor")},
			HostKeyCallback: ssh.InsecureIgnoreHostKey(),
			Timeout:         timeout,
		},
		last: make(map[string]result),
	}
}

// check asks one host and keeps the answer.
func (c *checker) check(host string) {
	inFlight.Add(1)
	defer inFlight.Add(-1)
	uptime, err := c.uptime(host)
	found := result{At: time.Now(), Uptime: uptime}
	if err != nil {
		failed.Add(1)
		found.Error = err.Error()
	} else {
		succeeded.Add(1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last[host] = found
}

// uptime runs the command of that name on a host.
func (c *checker) uptime(host string) (string, error) {
	client, err := c.connect(host)
	if err != nil {
		return "", err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	out, err := session.Output("uptime")
	return strings.TrimSpace(string(out)), err
}

// results returns what the last check of each host found.
func (c *checker) results() map[string]result {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := make(map[string]result, len(c.last))
	for host, r := range c.last {
		found[host] = r
	}
	return found
}

// connect logs in to a host. The timeout covers the handshake as well.
func (c *checker) connect(host string) (*ssh.Client, error) {
	addr := net.JoinHostPort(host, c.port)
	dialer := net.Dialer{Timeout: c.config.Timeout, KeepAlive: 30 * time.Second}
	conn, err := dialer.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	client, err := handshake(conn, addr, c.config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return client, nil
}

func handshake(conn net.Conn, addr string, config *ssh.ClientConfig) (*ssh.Client, error) {
	if err := conn.SetDeadline(time.Now().Add(config.Timeout)); err != nil {
		return nil, err
	}
	secured, channels, requests, err := ssh.NewClientConn(conn, addr, config)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return ssh.NewClient(secured, channels, requests), nil
}
