module plumb/gosource/reference

go 1.27
