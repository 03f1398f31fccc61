package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// runCommand does what an exec request asks for, writes to the session, and
// returns its exit status. The context ends with the session.
type runCommand func(ctx context.Context, session io.Writer, command string) uint32

// sshServer answers SSH connections that run one command a session.
type sshServer struct {
	config *ssh.ServerConfig
	run    runCommand
}

func newSSHServer(run runCommand) (*sshServer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{
		PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil },
	}
	config.AddHostKey(signer)
	return &sshServer{config: config, run: run}, nil
}

// serve answers connections until the listener fails.
func (s *sshServer) serve(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go s.handle(conn)
	}
}

func (s *sshServer) handle(conn net.Conn) {
	defer conn.Close()
	server, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return
	}
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		if offered.ChannelType() != "session" {
			offered.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go s.session(ctx, channel, requests)
	}
}

func (s *sshServer) session(ctx context.Context, channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for req := range requests {
		if req.Type != "exec" {
			req.Reply(false, nil)
			continue
		}
		var exec struct{ Command string }
		if err := ssh.Unmarshal(req.Payload, &exec); err != nil {
			req.Reply(false, nil)
			return
		}
		req.Reply(true, nil)
		go func() {
			for range requests {
				// The session is over once the client closes its requests.
			}
			cancel()
		}()
		status := struct{ Status uint32 }{s.run(ctx, channel, exec.Command)}
		channel.SendRequest("exit-status", false, ssh.Marshal(&status))
		return
	}
}

// unknownCommand answers a command that a peer does not know.
func unknownCommand(session io.Writer, command string) uint32 {
	fmt.Fprintf(session, "%s: command not found\n", command)
	return 127
}
