module example.com/plumb/unknownlibraries

go 1.22

require (
	github.com/DataDog/datadog-go/v5 v5.5.0
	github.com/allegro/bigcache/v3 v3.1.0
	github.com/karlseguin/ccache/v3 v3.0.6
)

require (
	github.com/Microsoft/go-winio v0.5.0 // indirect
	golang.org/x/sys v0.0.0-20210510120138-977fb7262007 // indirect
)
