package catalog

import (
	"bufio"
	"context"
	"io"
)

// Copy writes a catalog.
func (r *Reader) Copy(ctx context.Context, key string, to io.Writer) error {
	object, err := r.bucket.OpenReader(ctx, key)
	if err != nil {
		return err
	}
	defer object.Close()
	_, err = io.Copy(to, object)
	return err
}

// Raw opens a catalog; the caller must close it.
func (r *Reader) Raw(ctx context.Context, key string) (io.ReadCloser, error) {
	object, err := r.bucket.OpenReader(ctx, key)
	if err != nil {
		return nil, err
	}
	return object, nil
}

// Lines are those of one catalog.
type Lines struct {
	*bufio.Scanner
	object io.Closer
}

// Lines opens a catalog line by line, which must be closed.
func (r *Reader) Lines(ctx context.Context, key string) (*Lines, error) {
	object, err := r.bucket.OpenReader(ctx, key)
	if err != nil {
		return nil, err
	}
	return &Lines{Scanner: bufio.NewScanner(object), object: object}, nil
}

// Close closes the catalog.
func (l *Lines) Close() error {
	return l.object.Close()
}

// Size returns how long a catalog is.
func (r *Reader) Size(ctx context.Context, key string) (int64, error) {
	object, err := r.bucket.OpenReader(ctx, key)
	if err != nil {
		return 0, err
	}
	return drain(object)
}

// drain reads what is left, and closes it.
func drain(object io.ReadCloser) (int64, error) {
	defer object.Close()
	return io.Copy(io.Discard, object)
}
