// Helpers that read bodies to their end: nothing stays on such a way, though a Close is owed on others.
package m

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

func parseError(resp *http.Response) error {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("request failed: %w", err)
	}
	return errors.New(string(data))
}

func readError(body io.ReadCloser) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	return errors.New(string(data))
}

func through(resp *http.Response) error { return readError(resp.Body) }

// Only a part, or only sometimes.
func decodeError(resp *http.Response) error {
	var text string
	if err := json.NewDecoder(resp.Body).Decode(&text); err != nil {
		return err
	}
	return errors.New(text)
}

func sometimes(resp *http.Response) error {
	if resp.StatusCode == 404 {
		return errors.New("nothing there")
	}
	data, _ := io.ReadAll(resp.Body)
	return errors.New(string(data))
}

func ofResponse(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, parseError(resp)
	}
	return resp.Body, nil
}

func ofBody(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, readError(resp.Body)
	}
	return resp.Body, nil
}

func byAnother(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, through(resp)
	}
	return resp.Body, nil
}

func ofPart(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u) // lost: some
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, decodeError(resp)
	}
	return resp.Body, nil
}

func notAlways(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u) // lost: some
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, sometimes(resp)
	}
	return resp.Body, nil
}

// Memory takes all that there is; a file may be full.
func intoMemory(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return nil, err
	}
	resp.Body.Close()
	return io.NopCloser(&text), nil
}

func throughPointer(u string) (string, error) {
	resp, err := http.Get(u)
	if err != nil {
		return "", err
	}
	text := &bytes.Buffer{}
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return "", err
	}
	return text.String(), resp.Body.Close()
}

func intoFile(u string, w *bufio.Writer) error {
	resp, err := http.Get(u) // lost: some
	if err != nil {
		return err
	}
	if _, err := w.ReadFrom(resp.Body); err != nil {
		return err
	}
	return resp.Body.Close()
}

// Whoever never closes one has forgotten it.
func never(u string) error {
	resp, err := http.Get(u) // lost: never
	if err != nil {
		return err
	}
	return parseError(resp)
}
