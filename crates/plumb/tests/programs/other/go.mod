module example.com/plumb/other

go 1.22
