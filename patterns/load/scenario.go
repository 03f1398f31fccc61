package main

import (
	"context"
	"flag"
	"fmt"
	"net"
)

// scenario is what one pattern's twins need from outside.
type scenario struct {
	// peer serves what the twin talks to; nil if it talks to nobody.
	peer func(l net.Listener) error
	// plan says what to ask of the service.
	plan func(t *target) (plan, error)
}

// plan is the traffic of one scenario.
type plan struct {
	// round is how many leaking operations run together before the next lot
	// starts; 1 makes an even flow.
	round int
	// begin and end, if set, run around each round.
	begin func(ctx context.Context, round int) error
	end   func(ctx context.Context, round int) error
	// steps are done once for each leaking operation, all at the same time.
	steps []step
	// close, if set, undoes what the rounds left behind.
	close func()
}

// step is one kind of operation.
type step struct {
	name  string
	leaks bool
	do    func(ctx context.Context, n int) error
}

// scenarios holds one entry for each pattern that has twins.
var scenarios = map[string]scenario{
	"blocked-sender-after-return": {peer: serveSuppliers, plan: planQuotes},
	"client-not-closed":           {peer: serveSecrets, plan: planBilling},
	"file-not-closed":             {plan: planExports},
	"half-open-connection":        {peer: serveDevices, plan: planDevices},
	"handshake-without-deadline":  {peer: serveHosts, plan: planHosts},
	"http-body-not-closed":        {peer: serveShop, plan: planOrders},
	"map-entry-never-deleted":     {plan: planChat},
	"transport-per-request":       {peer: serveFares, plan: planFares},
	"unstopped-worker":            {plan: planTenants},
}

func runPeer(s scenario, args []string) error {
	flags := flag.NewFlagSet("peer", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address to serve on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.peer == nil {
		return fmt.Errorf("this scenario has no peer: %w", errUsage)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	return s.peer(listener)
}

// announce tells whoever started this process that it is ready.
func announce(l net.Listener) {
	fmt.Println("listening", l.Addr())
}
