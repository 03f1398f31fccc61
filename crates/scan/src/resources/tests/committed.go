package m

import (
	"bytes"
	"errors"
	"io"
)

type writer interface {
	io.Writer
	Commit() error
	Close() error
}

type content interface {
	Writer(name string) (writer, error)
}

func openWriter(from content, name string) (writer, error) {
	for i := 0; ; i++ {
		w, err := from.Writer(name)
		if err != nil {
			if i < 3 {
				continue
			}
			return nil, err
		}
		return w, nil
	}
}

func commit(w writer, b []byte) error {
	if err := copyTo(w, bytes.NewReader(b)); err != nil {
		return err
	}
	return w.Commit()
}

func copyTo(w io.Writer, from io.Reader) error {
	if reader, ok := w.(io.ReaderFrom); ok {
		_, err := reader.ReadFrom(from)
		return err
	}
	if writer, ok := from.(io.WriterTo); ok {
		_, err := writer.WriteTo(w)
		return err
	}
	_, err := io.Copy(w, from)
	return err
}

func commitOrClose(w writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		w.Close()
		return err
	}
	return w.Commit()
}

var last writer

func commitLater(w writer, b []byte) error {
	if len(b) == 0 {
		last = w
		return nil
	}
	return w.Commit()
}

func write(from content, b []byte) error {
	w, err := openWriter(from, "a") // lost: some
	if err != nil {
		return err
	}
	if err := commit(w, b); err != nil {
		return err
	}
	return w.Close()
}

func checked(from content, b []byte) error {
	w, err := openWriter(from, "a") // lost: some
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return errors.New("nothing")
	}
	w.Write(b)
	return w.Close()
}

func writeAndClose(from content, b []byte) error {
	w, err := openWriter(from, "a")
	if err != nil {
		return err
	}
	defer w.Close()
	return commit(w, b)
}

func helped(from content, b []byte) error {
	w, err := openWriter(from, "a")
	if err != nil {
		return err
	}
	if err := commitOrClose(w, b); err != nil {
		return err
	}
	return w.Close()
}

func later(from content, b []byte) error {
	w, err := openWriter(from, "a")
	if err != nil {
		return err
	}
	if err := commitLater(w, b); err != nil {
		return err
	}
	return w.Close()
}

// neverClosed does not do what the others do.
func neverClosed(from content, b []byte) error {
	w, err := openWriter(from, "a") // lost: never
	if err != nil {
		return err
	}
	return commit(w, b)
}

func given(from content) (writer, error) {
	w, err := openWriter(from, "a")
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, errors.New("none")
	}
	return w, nil
}
