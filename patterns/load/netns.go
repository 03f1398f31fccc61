package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// The namespaces' addresses are of the block that RFC 2544 keeps for tests of
// network devices; the blackhole route sees to it that nothing meant for them
// leaves this machine once their link is gone.
const (
	namespacePrefix = "plumb-device-"
	namespaceBlock  = "198.18.0.0/16"
	namespaceMax    = 250
	namespaceMetric = "4000"
)

// namespace is a network namespace with one link to this machine's own.
type namespace struct {
	index int
}

func (n *namespace) name() string      { return fmt.Sprintf("%s%d", namespacePrefix, n.index) }
func (n *namespace) hostLink() string  { return fmt.Sprintf("plumb%dh", n.index) }
func (n *namespace) innerLink() string { return fmt.Sprintf("plumb%dd", n.index) }
func (n *namespace) gateway() string   { return fmt.Sprintf("198.18.%d.1", n.index) }
func (n *namespace) address() string   { return fmt.Sprintf("198.18.%d.2", n.index) }

// runNetns sets up, cuts off or removes namespaces by hand.
func runNetns(verb string, args []string) error {
	flags := flag.NewFlagSet("netns", flag.ContinueOnError)
	index := flags.Int("index", 0, "number of the namespace, from 1; 0: the next free one (up), all of them (down)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *index < 0 || *index > namespaceMax {
		return fmt.Errorf("-index goes up to %d: %w", namespaceMax, errUsage)
	}
	if err := canMakeNamespaces(); err != nil {
		return err
	}
	switch {
	case verb == "up" && *index == 0:
		return printUp(newNamespace())
	case verb == "up":
		space := &namespace{*index}
		return printUp(space, space.create())
	case verb == "vanish" && *index > 0:
		return (&namespace{*index}).vanish()
	case verb == "down" && *index == 0:
		return removeAll()
	case verb == "down":
		return (&namespace{*index}).remove()
	default:
		return fmt.Errorf("netns up [-index I], vanish -index I, or down [-index I]: %w", errUsage)
	}
}

func printUp(space *namespace, err error) error {
	if err == nil {
		fmt.Println("up", space.name(), space.address())
	}
	return err
}

// canMakeNamespaces says what is missing for it.
func canMakeNamespaces() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("network namespaces need root (CAP_NET_ADMIN and CAP_SYS_ADMIN): %w", errForbidden)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return fmt.Errorf("network namespaces need the ip command of iproute2: %w", err)
	}
	return nil
}

// errTaken is returned for a namespace that exists already.
var errTaken = errors.New("namespace exists")

// newNamespace makes the first one that does not exist yet.
func newNamespace() (*namespace, error) {
	for index := 1; index <= namespaceMax; index++ {
		space := &namespace{index}
		err := space.create()
		if err == nil {
			return space, nil
		}
		if !errors.Is(err, errTaken) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("all %d namespaces are taken; load netns down removes them", namespaceMax)
}

// create makes the namespace and its link.
func (n *namespace) create() error {
	if err := ip("netns", "add", n.name()); err != nil {
		if strings.Contains(err.Error(), "File exists") {
			return fmt.Errorf("%s: %w", n.name(), errTaken)
		}
		return err
	}
	steps := [][]string{
		{"route", "replace", "blackhole", namespaceBlock, "metric", namespaceMetric},
		{"link", "add", n.hostLink(), "type", "veth", "peer", "name", n.innerLink(), "netns", n.name()},
		{"address", "add", n.gateway() + "/30", "dev", n.hostLink()},
		{"link", "set", n.hostLink(), "up"},
		{"-n", n.name(), "address", "add", n.address() + "/30", "dev", n.innerLink()},
		{"-n", n.name(), "link", "set", "lo", "up"},
		{"-n", n.name(), "link", "set", n.innerLink(), "up"},
	}
	for _, step := range steps {
		if err := ip(step...); err != nil {
			return errors.Join(err, n.remove())
		}
	}
	return nil
}

// vanish cuts the link from the inside: packets to the namespace are lost, and
// its kernel answers nothing any more.
func (n *namespace) vanish() error {
	return ip("-n", n.name(), "link", "set", n.innerLink(), "down")
}

// remove deletes the namespace and its link. The link goes down first, so that
// no connection is told.
func (n *namespace) remove() error {
	ip("-n", n.name(), "link", "set", n.innerLink(), "down")
	ip("link", "delete", n.hostLink())
	return ip("netns", "delete", n.name())
}

// removeAll deletes every namespace that this program made, and the route.
func removeAll() error {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return err
	}
	var failed error
	for _, line := range strings.Split(string(out), "\n") {
		var index int
		if _, err := fmt.Sscanf(line, namespacePrefix+"%d", &index); err == nil {
			failed = errors.Join(failed, (&namespace{index}).remove())
		}
	}
	ip("route", "delete", "blackhole", namespaceBlock, "metric", namespaceMetric)
	return failed
}

// ip runs the ip command.
func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err == nil {
		return nil
	}
	text := strings.TrimSpace(string(out))
	if strings.Contains(text, "not permitted") || strings.Contains(text, "Permission denied") {
		return fmt.Errorf("ip %s: %s: %w", strings.Join(args, " "), text, errForbidden)
	}
	return fmt.Errorf("ip %s: %s: %w", strings.Join(args, " "), text, err)
}
