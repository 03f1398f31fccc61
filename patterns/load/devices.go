package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// devicePort is where the devices in their own namespaces serve SSH.
const devicePort = "2222"

// deviceRound is how many connections one device holds when it vanishes.
const deviceRound = 25

// liveStreams is how many streams stay open, and busy, from the first round on.
const liveStreams = 10

// settle is how long a round waits before its device vanishes, so that nothing
// is left to acknowledge.
const settle = 300 * time.Millisecond

// serveDevices plays one device of half-open-connection: an SSH server whose
// commands tell what happens there.
func serveDevices(l net.Listener) error {
	server, err := newSSHServer(deviceCommand)
	if err != nil {
		return err
	}
	announce(l)
	return server.serve(l)
}

func deviceCommand(ctx context.Context, session io.Writer, command string) uint32 {
	switch command {
	case "events --last 5":
		for i := 0; i < 5; i++ {
			fmt.Fprintf(session, "link up, port %d\n", i)
			pause(ctx, 50*time.Millisecond)
		}
		return 0
	case "events --follow":
		fmt.Fprintln(session, "log opened")
		<-ctx.Done()
		return 0
	case "stats --follow":
		for ctx.Err() == nil {
			if _, err := fmt.Fprintln(session, "packets 120 errors 0"); err != nil {
				return 1
			}
			pause(ctx, 250*time.Millisecond)
		}
		return 0
	default:
		return unknownCommand(session, command)
	}
}

// deviceRounds is a plan in which each round has a device of its own, in a
// network namespace of its own, that vanishes at the round's end.
type deviceRounds struct {
	target *target
	device *device
	spaces []*namespace
}

// device is a peer process in a namespace.
type device struct {
	space   *namespace
	process *exec.Cmd
	address string
}

func planDevices(t *target) (plan, error) {
	if err := canMakeNamespaces(); err != nil {
		return plan{}, err
	}
	rounds := &deviceRounds{target: t}
	return plan{
		round: deviceRound,
		begin: rounds.begin,
		end:   rounds.end,
		steps: []step{
			{name: "follow", leaks: true, do: rounds.follow},
			{name: "last", do: func(ctx context.Context, _ int) error { return rounds.watch(ctx, "", "events --last 5") }},
		},
		close: rounds.close,
	}, nil
}

func (r *deviceRounds) begin(ctx context.Context, round int) error {
	for i := 0; round == 0 && i < liveStreams; i++ {
		if err := r.watch(ctx, "", "stats --follow"); err != nil {
			return err
		}
	}
	space, err := newNamespace()
	if err != nil {
		return err
	}
	r.spaces = append(r.spaces, space)
	r.device, err = startDevice(space)
	return err
}

func (r *deviceRounds) end(ctx context.Context, _ int) error {
	pause(ctx, settle)
	err := r.device.space.vanish()
	r.device.process.Process.Kill()
	r.device.process.Wait()
	return err
}

func (r *deviceRounds) follow(ctx context.Context, _ int) error {
	return r.watch(ctx, r.device.address, "events --follow")
}

// watch asks the service to run a command on a device and to follow what it
// prints; without an address, on the device that the service knows itself.
func (r *deviceRounds) watch(ctx context.Context, address, command string) error {
	query := url.Values{"command": {command}}
	if address != "" {
		query.Set("device", address)
	}
	return r.target.call(ctx, http.MethodPost, "/watches?"+query.Encode(), nil, nil)
}

func (r *deviceRounds) close() {
	for _, space := range r.spaces {
		if err := space.remove(); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
		}
	}
}

// startDevice runs this program as a peer inside a namespace.
func startDevice(space *namespace) (*device, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(space.address(), devicePort)
	process := exec.Command("ip", "netns", "exec", space.name(),
		self, "peer", "half-open-connection", "-listen", address)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "listening ") {
		process.Process.Kill()
		process.Wait()
		return nil, errors.Join(fmt.Errorf("device in %s did not start: %q", space.name(), line), err)
	}
	return &device{space: space, process: process, address: address}, nil
}
