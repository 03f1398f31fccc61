// Writes the traces of the Go distribution's own tests, which are kept as text, as bytes: one file for each test below
// the folder that is named, and beside it what the reference reader is expected to say (`ok`, or its error).
package main

import (
	"internal/trace/testtrace"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	tests, err := filepath.Glob(filepath.Join(runtime.GOROOT(), "src/internal/trace/testdata/tests/*.test"))
	if err != nil || len(tests) == 0 {
		log.Fatalf("no tests: %v", err)
	}
	for _, test := range tests {
		trace, _, _, err := testtrace.ParseFile(test)
		if err != nil {
			log.Fatal(err)
		}
		bytes, err := io.ReadAll(trace)
		if err != nil {
			log.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(test), ".test") + ".trace"
		if err := os.WriteFile(filepath.Join(os.Args[1], name), bytes, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
