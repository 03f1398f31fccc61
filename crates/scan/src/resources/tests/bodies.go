package m

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

func never(u string) (int, error) {
	resp, err := http.Get(u) // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func deferred(u string) (int, error) {
	resp, err := http.Get(u)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

func deferredLiteral(u string) (int, error) {
	resp, err := http.Get(u)
	if err != nil {
		return 0, err
	}
	defer func() {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}()
	return resp.StatusCode, nil
}

func early(u string) ([]byte, error) {
	resp, err := http.Get(u) // lost: some
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func dropped(u string) {
	http.Post(u, "text/plain", nil) // lost: dropped
}

func droppedInGoroutine(u string) {
	go http.Get(u) // lost: dropped
}

func blank(u string) error {
	_, err := http.Get(u) // lost: blank
	return err
}

func nilChecked(u string) error {
	resp, err := http.Get(u)
	if resp != nil {
		defer resp.Body.Close()
	}
	return err
}

func bodyAlias(u string) ([]byte, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	body := resp.Body
	defer body.Close()
	return io.ReadAll(body)
}

func bodyReturned(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func bodyReturnedOnlyIfOK(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u) // lost: some
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNotFound {
		return nil, errors.New("not found")
	}
	return resp.Body, nil
}

func readToTheEnd(u string) ([]byte, error) {
	resp, err := http.Get(u) // lost: never
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

func decoded(c *http.Client, req *http.Request, into any) error {
	resp, err := c.Do(req) // lost: never
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func decodedAndClosed(c *http.Client, req *http.Request, into any) error {
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	err = json.NewDecoder(resp.Body).Decode(into)
	resp.Body.Close()
	return err
}

func limited(u string) ([]byte, error) {
	resp, err := http.Get(u) // lost: never
	if err != nil {
		return nil, err
	}
	r := io.LimitReader(resp.Body, 1<<20)
	return io.ReadAll(r)
}

func switched(u string) error {
	resp, err := http.Get(u) // lost: some
	switch {
	case err != nil:
		return err
	case resp.StatusCode == 404:
		return errors.New("gone")
	default:
		return resp.Body.Close()
	}
}

type doer interface {
	Do(*http.Request) (*http.Response, error)
}

func byInterface(d doer, req *http.Request) (int, error) {
	resp, err := d.Do(req) // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

type tripper struct{ next http.RoundTripper }

func (t tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	resp.Header.Set("X-Seen", "1")
	return resp, nil
}

func errorOnly(u string) error {
	if resp, err := http.Get(u); err != nil {
		return err
	} else {
		return resp.Body.Close()
	}
}

func invertedCheck(u string) {
	resp, err := http.Get(u)
	if err == nil {
		resp.Body.Close()
	}
}

func errorKept(u string, kept *error) {
	var resp *http.Response
	resp, *kept = http.Get(u)
	if *kept != nil {
		return
	}
	resp.Body.Close()
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func usedOnTheSpot(u string) ([]byte, error) {
	return io.ReadAll(must(http.Get(u)).Body) // lost: dropped
}

func mustBound(u string) int {
	resp := must(http.Get(u)) // lost: never
	return resp.StatusCode
}

func panics(u string) {
	resp, err := http.Get(u)
	if err != nil {
		panic(err)
	}
	if resp.StatusCode != 200 {
		panic("status")
	}
	resp.Body.Close()
}

func wrongBody(a, b string) error {
	one, err := http.Get(a)
	if err != nil {
		return err
	}
	defer one.Body.Close()
	two, err := http.Get(b) // lost: never
	if err != nil {
		return err
	}
	defer one.Body.Close()
	fmt.Println(two.Status)
	return nil
}

type logger interface{ WithField(string, any) logger }

func logged(l logger, u string) {
	resp, err := http.Get(u) // lost: never
	l.WithField("resp", resp)
	if err != nil {
		fmt.Println(err)
	}
}

func downloaded(w io.Writer, u string) error {
	resp, err := http.Get(u)
	if err != nil {
		return err
	}
	body := resp.NewRetryReader(3)
	defer body.Close()
	_, err = io.Copy(w, body)
	return err
}

type part interface {
	HTTPResponse() *http.Response
	Send() (*http.Response, error)
}

func readsThePart(p part) (int, error) {
	res := p.HTTPResponse()
	if res.StatusCode == http.StatusNotFound {
		return 0, nil
	}
	text, err := io.ReadAll(res.Body)
	return len(text), err
}

func sendsThePart(p part) (int, error) {
	res, err := p.Send() // lost: never
	if err != nil {
		return 0, err
	}
	return res.StatusCode, nil
}
