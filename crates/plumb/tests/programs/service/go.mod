module example.com/plumb/service

go 1.22
