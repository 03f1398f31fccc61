package main

import (
	"context"
	"net"
	"strconv"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
)

// secrets plays the secret manager of client-not-closed.
type secrets struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
}

// AccessSecretVersion returns a key made from the secret's name.
func (secrets) AccessSecretVersion(_ context.Context, req *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	return &secretmanagerpb.AccessSecretVersionResponse{
		Name:    req.GetName(),
		Payload: &secretmanagerpb.SecretPayload{Data: []byte("key of " + req.GetName())},
	}, nil
}

func serveSecrets(l net.Listener) error {
	server := grpc.NewServer()
	secretmanagerpb.RegisterSecretManagerServiceServer(server, secrets{})
	announce(l)
	return server.Serve(l)
}

func planBilling(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "rotate", leaks: true, do: t.post("/webhooks/%d/rotate")},
		{name: "sign", do: t.post("/invoices/%d/sign")},
		{name: "check", do: t.post("/keys/%d/check")},
	}}, nil
}

func number(n int) string {
	return strconv.Itoa(n)
}
