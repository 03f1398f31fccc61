package m

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"syscall"
)

func never(path string) (string, error) {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f)
	return string(b), err
}

func secondFails(a, b string) error {
	in, err := os.Open(a) // lost: some
	if err != nil {
		return err
	}
	out, err := os.Create(b)
	if err != nil {
		return err
	}
	defer in.Close()
	defer out.Close()
	_, err = io.Copy(out, in)
	return err
}

func bothDeferred(a, b string) error {
	in, err := os.Open(a)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(b)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func scanned(path string) (n int, err error) {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return 0, err
	}
	s := bufio.NewScanner(f)
	for s.Scan() {
		n++
	}
	return n, s.Err()
}

func lines(path string) (*bufio.Scanner, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return bufio.NewScanner(f), nil
}

func linesByVariable(path string) (*bufio.Scanner, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	return s, nil
}

func fatal(path string) {
	f, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := f.Stat(); err != nil {
		log.Fatal(err)
	}
	f.Close()
}

func ignoredError(path string) {
	f, _ := os.Create(path) // lost: never
	fmt.Fprintln(f, "hello")
}

func created(path string) error {
	_, err := os.Create(path) // lost: blank
	return err
}

func touched(path string) {
	os.Create(path) // lost: dropped
}

func errorSwallowed(path string) []byte {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return nil
	}
	b := make([]byte, 10)
	if _, err := f.Read(b); err != nil {
		return nil
	}
	f.Close()
	return b
}

func flagged(path string, verbose bool) {
	var f *os.File
	if verbose {
		f, _ = os.Create(path)
	}
	if verbose {
		f.Close()
	}
}

func descriptor(path string) (int64, error) {
	fd, err := syscall.Open(path, 0, 0) // lost: some
	if err != nil {
		return 0, err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return 0, err
	}
	return st.Size, syscall.Close(fd)
}

func descriptorGiven(path string) (*os.File, error) {
	fd, err := syscall.Open(path, 0, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

func otherVerb(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), 2); err != nil {
		return f.Close()
	}
	return f.Close()
}

func run() {
	f, _ := os.Create("log")
	log.SetOutput(f)
	g, _ := os.Open("config") // lost: never
	io.ReadAll(g)
}

//go:embed pages
var pages embed.FS

func ofTheProgram(name string) bool {
	var folder fs.FS
	folder, _ = fs.Sub(pages, "pages")
	if _, err := folder.Open(name); err != nil {
		return false
	}
	whole, err := pages.Open(name)
	if err != nil {
		return false
	}
	_, err = whole.Stat()
	return err == nil
}

func ofTheDisk(name string) bool {
	var folder fs.FS
	folder, _ = fs.Sub(os.DirFS("pages"), "more")
	_, err := folder.Open(name) // lost: blank
	return err == nil
}

func ofWhatever(folder fs.FS, name string) bool {
	_, err := folder.Open(name) // lost: blank
	return err == nil
}
