// Command other is a program that has nothing to do with service: it writes its heap profile to standard output.
package main

import (
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

var kept [][]byte

func main() {
	for range 64 {
		kept = append(kept, make([]byte, 1<<20))
	}
	runtime.GC()
	if err := pprof.WriteHeapProfile(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
