package p

import (
	"errors"
	"fmt"

	"example.com/run"
)

var errOdd = errors.New("odd")

func use(n int) error

// The literal gives nothing when it succeeds.
func done(n int) {
	resp, err := run.Do(func() (*run.Session, error) {
		s := run.New(n)
		if n > 1 {
			return s, errOdd
		}
		return nil, nil
	})
	if err == nil {
		return
	}
	fmt.Println(resp.ID)
	resp.Close()
}

func kept(n int) error {
	resp, err := run.Do(func() (*run.Session, error) { // lost: some
		s := run.New(n)
		if n > 1 {
			return nil, errOdd
		}
		return s, nil
	})
	if err != nil {
		return err
	}
	if err := use(n); err != nil {
		return err
	}
	resp.Close()
	return nil
}

func first(n int) {
	resp, err := run.Do(nil)
	if err != nil {
		return
	}
	defer resp.Close()
	fmt.Println(resp.ID)
}
