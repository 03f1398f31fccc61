// Package backup copies the tables of a database to an archive.
package backup

import (
	"context"
	"fmt"
	"io"
	"log"
	"sync/atomic"
	"time"
)

// Database is what is backed up.
type Database interface {
	Tables(ctx context.Context) ([]string, error)
	Dump(ctx context.Context, table string, to io.Writer) error
}

// Backup copies one database.
type Backup struct {
	db      Database
	archive io.Writer
	running atomic.Int64
	stop    chan struct{}
}

// New returns a backup of db to an archive. Watch it with Watch, and Close it in the end.
func New(db Database, archive io.Writer) *Backup {
	return &Backup{db: db, archive: archive, stop: make(chan struct{})}
}

// Run copies all tables. Meanwhile the backup counts as running.
func (b *Backup) Run(ctx context.Context) error {
	b.running.Add(1)
	done := make(chan struct{}) // leak: blocked-receiver-no-sender
	go func() {
		<-done
		b.running.Add(-1)
		log.Print("the backup has ended")
	}()
	tables, err := b.db.Tables(ctx)
	if err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	for _, table := range tables {
		if err := b.db.Dump(ctx, table, b.archive); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	close(done)
	return nil
}

// Verify reads the tables' names while it tells every second that it still does.
func (b *Backup) Verify(ctx context.Context) (int, error) {
	done := make(chan struct{})
	defer close(done)
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				log.Print("still verifying")
			}
		}
	}()
	tables, err := b.db.Tables(ctx)
	if err != nil {
		return 0, err
	}
	return len(tables), nil
}

// DumpWithin copies one table and gives up after a while. The copy's result has room in the channel, so it ends then too.
func (b *Backup) DumpWithin(ctx context.Context, table string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- b.db.Dump(ctx, table, b.archive) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Watch reports until Close how many backups run.
func (b *Backup) Watch(report func(running int64)) {
	go func() {
		ticker := time.NewTicker(time.Minute)
		defer ticker.Stop()
		for {
			select {
			case <-b.stop:
				return
			case <-ticker.C:
				report(b.running.Load())
			}
		}
	}()
}

// Close ends the watching.
func (b *Backup) Close() {
	close(b.stop)
}

// Pause waits for a signal on resume or the end of ctx.
func Pause(ctx context.Context, resume <-chan struct{}) error {
	released := make(chan error)
	go func() {
		select {
		case <-resume:
			released <- nil
		case <-ctx.Done():
			released <- ctx.Err()
		}
	}()
	return <-released
}
