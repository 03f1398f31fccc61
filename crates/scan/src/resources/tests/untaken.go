// Ways that no run takes with something to release: what tells that there is nothing is not always the error.
package m

import (
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"syscall"
)

// Descriptors: none is told by its number.
func supported() bool {
	fd, err := syscall.Open("/dev/fuse", syscall.O_RDWR, 0)
	if err == syscall.ENOSYS {
		return false
	}
	if fd >= 0 {
		syscall.Close(fd)
	}
	return true
}

func exists() error {
	fd, _ := syscall.Open("/dev/fuse", syscall.O_RDWR, 0)
	if fd == -1 {
		return errors.New("none")
	}
	return syscall.Close(fd)
}

func high(limit int) bool {
	fd, err := syscall.Open("/dev/fuse", syscall.O_RDWR, 0) // lost: some
	if err != nil {
		return false
	}
	if fd > limit {
		syscall.Close(fd)
		return true
	}
	return false
}

func busy(isBusy func() bool) error {
	fd, _ := syscall.Open("/dev/fuse", syscall.O_RDWR, 0) // lost: some
	if fd < 0 {
		return errors.New("none")
	}
	if isBusy() {
		return errors.New("busy")
	}
	return syscall.Close(fd)
}

// Switches over the names of all kinds.
type kind int

const (
	plain kind = iota
	packed
	sealed
)

func load(path string, k kind) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	switch k {
	case plain:
		_, err = io.Copy(io.Discard, f)
		f.Close()
	case packed, sealed:
		err = f.Close()
	}
	return err
}

func loadSome(path string, k kind) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	switch k {
	case plain:
		_, err = io.Copy(io.Discard, f)
		f.Close()
	case packed:
		_, err = io.Copy(os.Stdout, f)
	}
	return err
}

func loadNone(path string, k kind) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	switch k {
	case plain:
		_, err = io.Copy(io.Discard, f)
	case packed:
		_, err = io.Copy(os.Stdout, f)
	}
	return err
}

func loadOne(path string, k kind) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	switch k {
	case plain:
		err = f.Close()
	}
	return err
}

func loadAs(path, format string) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	switch format {
	case "plain":
		_, err = io.Copy(io.Discard, f)
		f.Close()
	case "packed":
		err = f.Close()
	}
	return err
}

func loadRest(path string, k kind) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	switch k {
	case plain:
		err = f.Close()
	case packed:
		err = f.Close()
	default:
		_, err = io.Copy(os.Stdout, f)
	}
	return err
}

// What is made of the error stands for it.
func again(err error) (bool, error) {
	return err != nil && errors.Is(err, io.ErrUnexpectedEOF), err
}

func againFor(resp *http.Response, err error) (bool, error) {
	return err == nil && resp.StatusCode >= 500, err
}

func upload(c *http.Client, req *http.Request) (bool, error) {
	resp, err := c.Do(req)
	retry, err := again(err)
	if retry {
		return true, err
	}
	if err != nil {
		return false, err
	}
	return false, resp.Body.Close()
}

func uploadByStatus(c *http.Client, req *http.Request) (bool, error) {
	resp, err := c.Do(req) // lost: some
	retry, err := againFor(resp, err)
	if retry {
		return true, err
	}
	if err != nil {
		return false, err
	}
	return false, resp.Body.Close()
}

func uploadAndRead(c *http.Client, req *http.Request, to io.Writer) (bool, error) {
	resp, err := c.Do(req) // lost: some
	if err != nil {
		return false, err
	}
	_, err = io.Copy(to, resp.Body)
	retry, err := again(err)
	if retry {
		return true, err
	}
	return false, resp.Body.Close()
}

// A dump of the whole response closes its body and puts a copy into its place; one of the head does not.
func traced(c *http.Client, req *http.Request, to io.Writer) (*http.Response, error) {
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	out, err := httputil.DumpResponse(resp, true)
	if err != nil {
		return nil, err
	}
	if _, err := to.Write(out); err != nil {
		return nil, err
	}
	return resp, nil
}

func tracedHead(c *http.Client, req *http.Request, to io.Writer) (*http.Response, error) {
	resp, err := c.Do(req) // lost: some
	if err != nil {
		return nil, err
	}
	out, err := httputil.DumpResponse(resp, false)
	if err != nil {
		return nil, err
	}
	if _, err := to.Write(out); err != nil {
		return nil, err
	}
	return resp, nil
}

var formats = []string{"lz4", "zst"}

func loadListed(path, format string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	switch format {
	case "lz4":
		_, err = io.Copy(io.Discard, f)
		f.Close()
	case "zst":
		err = f.Close()
	}
	return err
}

func loadMore(path, format string) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	switch format {
	case "lz4":
		_, err = io.Copy(io.Discard, f)
		f.Close()
	case "tar":
		err = f.Close()
	}
	return err
}

// Handles of Windows: none is 0.
func attributes(path string) error {
	var fileHandle int
	var err error
	if fileHandle, err = syscall.Open(path, 0, 0); fileHandle == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return syscall.Close(fileHandle)
}

func standard(path string) error {
	fd, err := syscall.Open(path, 0, 0) // lost: some
	if err != nil {
		return err
	}
	if fd == 0 {
		return nil
	}
	return syscall.Close(fd)
}

// What only constants could make fail never fails.
func parsed(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse("http://localhost/")
	if err != nil {
		return nil, err
	}
	f.Stat()
	return f, errors.New(u.Host)
}

func asked(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if _, err := http.NewRequest(http.MethodGet, base, nil); err != nil {
		return nil, err
	}
	return f, nil
}

const base = "http://localhost"

func given(path, address string) (*os.File, error) {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return nil, err
	}
	if _, err := url.Parse(address); err != nil {
		return nil, err
	}
	return f, nil
}
