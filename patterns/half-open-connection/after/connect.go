package main

import (
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// keepAlive ends a connection whose device has been gone for about five
// seconds.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 2 * time.Second, Interval: time.Second, Count: 3}

// connect logs in to a device.
func (w *watcher) connect(device string) (*ssh.Client, error) {
	conn, err := (&net.Dialer{Timeout: w.config.Timeout, KeepAliveConfig: keepAlive}).Dial("tcp", device)
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
	secured, channels, requests, err := ssh.NewClientConn(conn, device, config)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return ssh.NewClient(secured, channels, requests), nil
}
