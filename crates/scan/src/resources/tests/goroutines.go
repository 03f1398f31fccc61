package m

import (
	"io"
	"os"
	"sync"
)

func copying(w io.Writer, path string) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	go io.Copy(w, f)
	return nil
}

func copyingInside(w io.Writer, path string, wg *sync.WaitGroup) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		if f != nil {
			io.CopyBuffer(w, f, make([]byte, 4096))
		}
	}()
	return nil
}

func closedOnOneWay(w io.Writer, path string, done chan bool) error {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return err
	}
	go io.Copy(w, f)
	if <-done {
		return f.Close()
	}
	return nil
}

func closing(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	go func() {
		defer f.Close()
		io.Copy(w, f)
	}()
	return nil
}

func closingAfter(w io.Writer, path string, wg *sync.WaitGroup) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	go io.Copy(w, f)
	wg.Wait()
	return nil
}

func closingInAnother(w io.Writer, path string, stop chan bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	go io.Copy(w, f)
	go func() {
		<-stop
		f.Close()
	}()
	return nil
}

func given(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	go func() {
		io.Copy(w, f)
		unknown.End(f)
	}()
	return nil
}

func logging(path string, lines chan string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	go func() {
		for line := range lines {
			f.WriteString(line)
		}
	}()
	return nil
}

func returned(w io.Writer, path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	go io.Copy(w, f)
	return f, nil
}

func stored(w io.Writer, path string) func() {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	return func() { io.Copy(w, f) }
}

type opener interface {
	OpenStream() (io.WriteCloser, error)
}

func intoUnknown(from io.Reader, o opener) error {
	s, err := o.OpenStream()
	if err != nil {
		return err
	}
	go io.Copy(s, from)
	return nil
}
