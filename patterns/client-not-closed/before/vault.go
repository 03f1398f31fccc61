package main

import (
	"context"
	"fmt"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// vault tells where the secrets are.
type vault struct {
	endpoint string
	project  string
}

// open connects to the secret manager.
func (v vault) open(ctx context.Context) (*secretmanager.Client, error) {
	return secretmanager.NewClient(ctx,
		option.WithEndpoint(v.endpoint),
		option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	)
}

// read returns the newest version of a secret.
func (v vault) read(ctx context.Context, client *secretmanager.Client, name string) ([]byte, error) {
	resp, err := client.AccessSecretVersion(ctx, &secretmanagerpb.AccessSecretVersionRequest{
		Name: fmt.Sprintf("projects/%s/secrets/%s/versions/latest", v.project, name),
	})
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return resp.GetPayload().GetData(), nil
}
