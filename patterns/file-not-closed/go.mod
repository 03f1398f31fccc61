module example.com/exports

go 1.24.0
