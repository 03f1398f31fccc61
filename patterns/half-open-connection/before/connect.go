package main

import (
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// connect logs in to a device.
func (w *watcher) connect(device string) (*ssh.Client, error) {
	conn, err := (&net.Dialer{Timeout: w.config.Timeout, KeepAlive: -1}).Dial("tcp", device) // leak: half-open-connection
	if err != nil {
		return nil, err
	}
	client, err := handshake(conn, device, w.config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return client, nil
}

// handshake secures a connection, within the time that the configuration
// gives for it.
func handshake(conn net.Conn, device string, config *ssh.ClientConfig) (*ssh.Client, error) {
	if err := conn.SetDeadline(time.Now().Add(config.Timeout)); err != nil {
		return nil, err
	}
	secured, channels, requests, err := ssh.NewClientConn(conn, device, config) // leak-related: uses
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return ssh.NewClient(secured, channels, requests), nil
}
