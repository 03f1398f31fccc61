package m

import (
	"net/http"
	"os"
)

func retried(u string) (resp *http.Response, err error) {
	for i := 0; i < 3; i++ {
		resp, err = http.Get(u) // lost: some
		if err == nil && resp.StatusCode == 200 {
			return resp, nil
		}
	}
	return resp, err
}

func retriedAndClosed(u string) (resp *http.Response, err error) {
	for i := 0; i < 3; i++ {
		resp, err = http.Get(u)
		if err != nil {
			continue
		}
		if resp.StatusCode == 200 {
			return resp, nil
		}
		resp.Body.Close()
	}
	return nil, err
}

func continued(paths []string) (n int) {
	for _, path := range paths {
		f, err := os.Open(path) // lost: some
		if err != nil {
			continue
		}
		info, err := f.Stat()
		if err != nil {
			continue
		}
		n += int(info.Size())
		f.Close()
	}
	return n
}

func labelled(paths []string) *os.File {
outer:
	for _, path := range paths {
		for i := 0; i < 3; i++ {
			f, err := os.Open(path)
			if err != nil {
				continue outer
			}
			return f
		}
	}
	return nil
}

func firstOf(paths []string) (f *os.File, err error) {
	for _, path := range paths {
		if f, err = os.Open(path); err == nil {
			break
		}
	}
	return f, err
}

func opened(a, b string) (err error) {
	f, err := os.Open(a) // lost: some
	if err != nil {
		return err
	}
	f, err = os.Open(b)
	if err != nil {
		return err
	}
	return f.Close()
}
