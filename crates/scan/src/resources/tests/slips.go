package m

import "io"

type conn struct {
	cancel func()
	in     io.ReadCloser
}

func (c *conn) Close() error         { return nil }
func (c *conn) closeAll()            {}
func (c *conn) Stop(now bool)        {}
func (c *conn) Closed() (int, error) { return 0, nil }
func (c *conn) Read() int            { return 0 }

type closer interface{ Close() error }

var _ = (*conn).Close

func named(all []*conn, one conn, c closer) {
	_ = all[0].closeAll // slip
	_ = one.Close       // slip
	_ = c.Close         // slip
}

func called(c *conn) {
	_ = c.Close()
	c.closeAll()
	close := c.Close
	close()
}

func mentioned(c *conn) {
	_ = c.cancel
	_ = c.Read
	_ = c.Stop
	_ = c.Closed
	_ = (*conn).Close
	_ = closer.Close
	_ = c
}

func deferred(c *conn) {
	defer c.Close()
	_ = c.Close
}

func kept(c *conn, on map[string]func() error) {
	on["end"] = c.Close
	f, _ := c.Close, c.Read
	f()
}

func copied(out, errs *conn) {
	if out != nil {
		errs.Close() // slip
	}
	if out != nil {
		errs.Close()
	}
}

func wrong(out, errs io.ReadCloser) {
	if errs != nil {
		_ = errs.Close()
	}
	if out != nil {
		_ = errs.Close() // slip
	}
}

func right(out, errs *conn) {
	if out != nil {
		out.Close()
	}
	if errs != nil {
		errs.Close()
	}
}

func closedAlone(out, errs *conn) {
	defer out.Close()
	if out != nil {
		errs.Close()
	}
	if errs != nil {
		errs.Close()
	}
}

func once(old, fresh *conn) *conn {
	if old != nil {
		fresh.Close()
	}
	return old
}

func more(old, fresh *conn) *conn {
	if old != nil {
		fresh.Close()
		return old
	}
	if fresh != nil {
		fresh.Close()
	}
	return nil
}

func otherTypes(err error, c *conn, w io.WriteCloser) {
	if err != nil {
		c.Close()
	}
	if c != nil {
		c.Close()
	}
	if w != nil {
		c.Close()
	}
	if c != nil {
		c.Close()
	}
}

func helped(out, errs *conn) {
	if out != nil {
		errs.Close()
	}
	if errs != nil {
		errs.Close()
	}
	closeQuietly(out)
}

func alternatives(out, errs *conn) {
	if out != nil {
		errs.Close()
	} else {
		out = errs
	}
	if out != nil {
		errs.Close()
	}
}

func apart(out, errs *conn) {
	if out != nil {
		errs.Close()
	}
	out.Read()
	if errs != nil {
		errs.Close()
	}
}

func closeQuietly(c *conn) { c.Close() }
