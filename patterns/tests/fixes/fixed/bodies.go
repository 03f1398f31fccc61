package p

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func plain(url string) (int, error) {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

func commented(url string) ([]byte, error) {
	// Ask the peer.
	resp, err := http.Get(url) // fix: safe
	// It may be away.
	if err != nil {
		return nil, err // nothing to do
	} // asked
	defer resp.Body.Close()

	// Read what it says.
	return io.ReadAll(resp.Body)
}

func chained(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req) // fix: safe
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func together(url string) error {
	resp, err := http.Get(url) // fix: safe
	if err == nil {
		defer resp.Body.Close()
	}
	if err != nil || resp.StatusCode != 200 {
		return errors.New("bad")
	}
	return nil
}

func succeeded(url string) (n int) {
	resp, err := http.Get(url) // fix: safe
	if err == nil {
		defer resp.Body.Close()
		n = resp.StatusCode
	}
	return n
}

func otherwise(url string) int {
	if resp, err := http.Get(url); err != nil { // fix: safe
		log.Print(err)
	} else {
		defer resp.Body.Close()
		return resp.StatusCode
	}
	return 0
}

func header(url string) int {
	if resp, err := http.Get(url); err == nil { // fix: safe
		defer resp.Body.Close()
		return resp.StatusCode
	}
	return 0
}

func twice(a, b string) (int, error) {
	first, err := http.Get(a) // fix: safe
	if err != nil {
		return 0, err
	}
	defer first.Body.Close()
	second, err := http.Get(b) // fix: safe
	if err != nil {
		return 0, err
	}
	defer second.Body.Close()
	return first.StatusCode + second.StatusCode, nil
}

func again(a, b string) error {
	resp, err := http.Get(a) // fix: safe
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	log.Print(resp.Status)
	resp, err = http.Get(b) // fix: safe
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	log.Print(resp.Status)
	return nil
}

func late(url string) ([]byte, error) {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	return data, nil
}

func lateAndPlain(url string) ([]byte, error) {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}

	return data, nil
}

func handedOn(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		resp.Body.Close()
		return nil, fmt.Errorf("status %d", 404)
	}
	return resp.Body, nil
}

func dropped(url string) {
	if resp, err := http.Get(url); err == nil { // fix: safe
		resp.Body.Close()
	}
}

func droppedInLoop(urls []string) {
	for _, url := range urls {
		if resp, err := http.Post(url, "text/plain", strings.NewReader("x")); err == nil { // fix: safe
			resp.Body.Close()
		}
	}
}

func allBlank(url string) {
	if resp, err := http.Get(url); err == nil { // fix: safe
		resp.Body.Close()
	}
}

func blank(url string) error {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		return err
	}
	resp.Body.Close()
	return nil
}

func blankAssigned(url string) (err error) {
	resp, err := http.Get(url) // fix: safe
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func blankInHeader(url string) error {
	if resp, err := http.Get(url); err != nil { // fix: safe
		return err
	} else {
		resp.Body.Close()
	}
	return nil
}

func blankElsewhere(url string) error {
	var err error
	if url != "" {
		_, err = http.Get(url) // fix: none
	}
	return err
}

func named(url string) (resp *http.Response, err error) {
	if resp2, err := http.Get(url); err == nil { // fix: safe
		resp2.Body.Close()
		log.Print("there")
	}
	return nil, nil
}

func inLoop(urls []string) (n int, err error) {
	for _, url := range urls {
		resp, err := http.Get(url) // fix: safe
		if err != nil {
			log.Print(err)
			continue
		}
		if resp.StatusCode == 404 {
			resp.Body.Close()
			continue
		}
		if resp.StatusCode >= 500 {
			resp.Body.Close()
			return n, errors.New("failed")
		}
		n++
		resp.Body.Close()
	}
	return n, nil
}

func inLabelled(urls []string) int {
	n := 0
outer:
	for _, url := range urls {
		for range 3 {
			resp, err := http.Get(url) // fix: safe
			if err != nil {
				break
			}
			switch resp.StatusCode {
			case 200:
				resp.Body.Close()
				continue outer
			case 404:
				resp.Body.Close()
				break outer
			case 500:
				break
			}
			n++
			resp.Body.Close()
		}
	}
	return n
}

func untilItWorks(url string) {
	for {
		resp, err := http.Get(url) // fix: safe
		if err != nil {
			continue
		}
		if resp.StatusCode == 200 {
			resp.Body.Close()
			return
		}
		resp.Body.Close()
	}
}

func readInLoop(urls []string) ([]byte, error) {
	for _, url := range urls {
		resp, err := http.Get(url) // fix: none
		if err != nil {
			continue
		}
		return io.ReadAll(resp.Body)
	}
	return nil, nil
}

func withClosure(urls []string) {
	for _, url := range urls {
		func() {
			resp, err := http.Get(url) // fix: safe
			if err != nil {
				return
			}
			defer resp.Body.Close()
			log.Print(resp.Status)
		}()
	}
}

func ignored(url string) string {
	resp, _ := http.Get(url) // fix: safe
	if resp != nil {
		defer resp.Body.Close()
	}
	return resp.Status
}

func logged(url string) string {
	resp, err := http.Get(url) // fix: safe
	if err == nil {
		defer resp.Body.Close()
	}
	if err != nil {
		log.Print(err)
	}
	return resp.Status
}

func fatal(url string) {
	resp, err := http.Get(url) // fix: safe
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		os.Exit(1)
	}
	log.Print(resp.Status)
}

func inGoroutine(url string) {
	resp, err := http.Get(url) // fix: none
	if err != nil {
		return
	}
	go io.Copy(os.Stdout, resp.Body)
}

func inCase(kind, url string) error {
	switch kind {
	case "get":
		resp, err := http.Get(url) // fix: safe
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		log.Print(resp.Status)
	default:
		return errors.New("unknown")
	}
	return nil
}

func posted(url string) error {
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	resp, err := http.Post(url, "text/plain", strings.NewReader(string(body))) // fix: safe
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func whileItFails(url string) *http.Response {
	for {
		resp, err := http.Get(url) // fix: safe
		if err != nil {
			continue
		}
		if resp.StatusCode == 200 {
			return resp
		}
		resp.Body.Close()
		// Once more.
		continue
	}
}
