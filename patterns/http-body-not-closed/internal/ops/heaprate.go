//go:build go1.17 && !go1.20

package ops

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Go 1.17 to 1.19 overwrite what GODEBUG=memprofilerate asks for
// (golang/go#55100), so it is done here once more.
func init() {
	for _, setting := range strings.Split(os.Getenv("GODEBUG"), ",") {
		rate := strings.TrimPrefix(setting, "memprofilerate=")
		if n, err := strconv.Atoi(rate); err == nil && rate != setting {
			runtime.MemProfileRate = n
		}
	}
}
