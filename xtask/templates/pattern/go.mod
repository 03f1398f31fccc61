module example.com/PATTERN-ID

go 1.24.0
