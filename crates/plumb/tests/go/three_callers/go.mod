module example.com/plumb/threecallers

go 1.22
