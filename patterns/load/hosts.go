package main

import (
	"context"
	"fmt"
	"io"
	"net"
)

// silentHost is the address on which the hosts' SSH port accepts connections
// and then says nothing.
const silentHost = "127.0.0.2"

// healthyHost is the address on which it works.
const healthyHost = "127.0.0.1"

// serveHosts plays two hosts of handshake-without-deadline: on its own address
// a working SSH server, and on silentHost, at the same port, one that hangs.
func serveHosts(l net.Listener) error {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	silent, err := net.Listen("tcp", net.JoinHostPort(silentHost, port))
	if err != nil {
		return err
	}
	defer silent.Close()
	go acceptSilently(silent)

	server, err := newSSHServer(func(_ context.Context, session io.Writer, command string) uint32 {
		if command != "uptime" {
			return unknownCommand(session, command)
		}
		fmt.Fprintln(session, "up 41 days, load average: 0.21, 0.18, 0.15")
		return 0
	})
	if err != nil {
		return err
	}
	announce(l)
	return server.serve(l)
}

// acceptSilently takes connections and reads them, but never answers.
func acceptSilently(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			io.Copy(io.Discard, conn)
		}()
	}
}

func planHosts(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "check-silent", leaks: true, do: t.post("/checks?host=" + silentHost + "&run=%d")},
		{name: "check", do: t.post("/checks?host=" + healthyHost + "&run=%d")},
	}}, nil
}
