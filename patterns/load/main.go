// Load drives the twin programs of the leak catalogue and plays the services
// that they talk to, from a process of its own.
//
//	load peer PATTERN -listen 127.0.0.1:0
//	load drive PATTERN -target ADDR -leaks N -rate R [-for D] [-idle 200] [-busy 100] [-linger D]
//	load netns up|vanish|down [-index I]
//
// A peer prints "listening ADDRESS" once it is ready and runs until it is
// killed. A drive makes exactly N leaking operations among healthy ones, prints
// what it did as one line of JSON, and exits with 0, with 1 if an operation
// failed, with 2 if it could not run, or with 3 if it lacks the right to.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"
)

const (
	exitFailed    = 1
	exitUsage     = 2
	exitForbidden = 3
)

// errForbidden is returned where an operation needs a privilege that this
// process does not have.
var errForbidden = errors.New("not permitted")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(exitCode(err))
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return usage()
	}
	verb, name, rest := args[0], args[1], args[2:]
	if verb == "netns" {
		return runNetns(name, rest)
	}
	scenario, ok := scenarios[name]
	if !ok {
		return fmt.Errorf("no scenario %q; there are %s: %w", name, strings.Join(scenarioNames(), ", "), errUsage)
	}
	switch verb {
	case "peer":
		return runPeer(scenario, rest)
	case "drive":
		// A drive that is stopped still takes away what it set up.
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return runDrive(ctx, name, scenario, rest)
	default:
		return usage()
	}
}

// errUsage is returned for a command line that makes no sense.
var errUsage = errors.New("see the comment at the top of main.go")

func usage() error {
	return fmt.Errorf("load peer|drive PATTERN, or load netns up|vanish|down: %w", errUsage)
}

func exitCode(err error) int {
	switch {
	case errors.Is(err, errForbidden):
		return exitForbidden
	case errors.Is(err, errOperations):
		return exitFailed
	default:
		return exitUsage
	}
}

func scenarioNames() []string {
	names := make([]string, 0, len(scenarios))
	for name := range scenarios {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
