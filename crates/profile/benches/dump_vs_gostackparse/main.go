// Command dump_vs_gostackparse parses the file given as argument with gostackparse and prints the
// number of goroutines and the peak of its resident set in kB. The library returns all goroutines.
package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/DataDog/gostackparse"
)

func main() {
	f, err := os.Open(os.Args[1])
	check(err)
	goroutines, errs := gostackparse.Parse(f)
	for _, err := range errs {
		check(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	peak := regexp.MustCompile(`VmHWM:\s+(\d+)`).FindSubmatch(status)
	fmt.Printf("%d %s\n", len(goroutines), peak[1])
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
