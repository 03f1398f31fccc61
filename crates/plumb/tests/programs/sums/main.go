// Sums spends time and memory, and writes a CPU profile and a heap profile of that to the files that it is given.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

type order struct {
	id    int
	items []int
}

var sink int
var kept []*order

// price is small enough to be inlined.
func price(item int) int {
	return item*31 + item/7
}

//go:noinline
func total(o *order) int {
	sum := 0
	for _, item := range o.items {
		sum += price(item)
		if sum%3 == 0 {
			sum -= item
		}
	}
	return sum
}

func (o *order) fill(count int) {
	for i := 0; i < count; i++ {
		o.items = append(o.items, i*o.id)
	}
}

func checkout(until time.Time) {
	for time.Now().Before(until) {
		o := &order{id: len(kept)}
		o.fill(2000)
		kept = append(kept, o)
		for i := 0; i < 50; i++ {
			sink += total(o)
		}
		if len(kept) > 500 {
			kept = kept[:250]
		}
	}
}

func main() {
	runtime.MemProfileRate = 4096
	cpu, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		panic(err)
	}
	checkout(time.Now().Add(700 * time.Millisecond))
	pprof.StopCPUProfile()
	cpu.Close()
	heap, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	pprof.Lookup("heap").WriteTo(heap, 0)
	heap.Close()
	fmt.Println(sink)
}
