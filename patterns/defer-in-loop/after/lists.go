package importer

import (
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Size returns how many bytes lists have.
func (im *Importer) Size(names []string) (int64, error) {
	var size int64
	for _, name := range names {
		err := func() error {
			file, err := os.Open(filepath.Join(im.dir, name))
			if err != nil {
				return err
			}
			defer file.Close()
			n, err := io.Copy(io.Discard, file)
			size += n
			return err
		}()
		if err != nil {
			return 0, err
		}
	}
	return size, nil
}

// Merge writes lists one after the other to a single writer.
func (im *Importer) Merge(names []string, to io.Writer) error {
	for _, name := range names {
		file, err := os.Open(filepath.Join(im.dir, name))
		if err != nil {
			return err
		}
		_, err = io.Copy(to, file)
		file.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// Together imports lists as if they were one: all are open until the last record was read.
func (im *Importer) Together(names []string) (int, error) {
	var readers []io.Reader
	for _, name := range names {
		file, err := os.Open(filepath.Join(im.dir, name))
		if err != nil {
			return 0, err
		}
		defer file.Close()
		readers = append(readers, file)
	}
	return im.records(io.MultiReader(readers...))
}

// Touch opens lists at the same time, each in a goroutine of its own.
func (im *Importer) Touch(names []string) {
	var group sync.WaitGroup
	for _, name := range names {
		group.Add(1)
		go func() {
			defer group.Done()
			file, err := os.OpenFile(filepath.Join(im.dir, name), os.O_RDWR|os.O_CREATE, 0o644)
			if err != nil {
				return
			}
			defer file.Close()
			file.Sync()
		}()
	}
	group.Wait()
}
