module example.com/fares

go 1.24.0

require golang.org/x/net v0.38.0

require golang.org/x/text v0.23.0 // indirect
