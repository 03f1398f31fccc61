module example.com/pauses

go 1.24.0
