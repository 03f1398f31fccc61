module example.com/load

go 1.24.0

require (
	cloud.google.com/go/secretmanager v1.14.7
	github.com/gorilla/websocket v1.5.3
	golang.org/x/crypto v0.37.0
	google.golang.org/grpc v1.71.1
)

require (
	cloud.google.com/go/iam v1.5.0 // indirect
	golang.org/x/net v0.39.0 // indirect
	golang.org/x/sys v0.32.0 // indirect
	golang.org/x/text v0.24.0 // indirect
	google.golang.org/genproto v0.0.0-20250303144028-a0af3efb3deb // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20250414145226-207652e42e2e // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250414145226-207652e42e2e // indirect
	google.golang.org/protobuf v1.36.6 // indirect
)
