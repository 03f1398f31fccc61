// Package resize scales pictures with several workers.
//
// This is the repaired package: the workers end whichever way All returns.
package resize

import (
	"errors"
	"fmt"
	"sync"
)

// Picture is what is scaled.
type Picture struct {
	Name          string
	Width, Height int
}

// Scale scales one picture.
type Scale func(Picture) error

// ErrEmpty is returned for pictures without an area.
var ErrEmpty = errors.New("empty picture")

// All scales pictures with so many workers.
func All(pictures []Picture, workers int, scale Scale) error {
	jobs := make(chan Picture)
	defer close(jobs)
	for range workers {
		go func() {
			for picture := range jobs {
				scale(picture)
			}
		}()
	}
	for _, picture := range pictures {
		if picture.Width*picture.Height == 0 {
			return fmt.Errorf("%s: %w", picture.Name, ErrEmpty)
		}
		jobs <- picture
	}
	return nil
}

// Failed returns the pictures that cannot be scaled.
func Failed(pictures []Picture, workers int, scale Scale) []Picture {
	jobs := make(chan Picture)
	failed := make(chan Picture)
	go func() {
		defer close(jobs)
		for _, picture := range pictures {
			jobs <- picture
		}
	}()
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for picture := range jobs {
				if scale(picture) != nil {
					failed <- picture
				}
			}
		}()
	}
	go func() {
		group.Wait()
		close(failed)
	}()
	var all []Picture
	for picture := range failed {
		all = append(all, picture)
	}
	return all
}

// Count counts pictures by width.
func Count(pictures []Picture) (map[int]int, error) {
	widths := make(chan int, 16)
	counted := make(chan map[int]int, 1)
	go func() {
		counts := map[int]int{}
		for width := range widths {
			counts[width]++
		}
		counted <- counts
	}()
	if err := send(pictures, widths); err != nil {
		return nil, err
	}
	return <-counted, nil
}

// send sends all widths and closes the channel.
func send(pictures []Picture, widths chan<- int) error {
	defer close(widths)
	for _, picture := range pictures {
		if picture.Width == 0 {
			return ErrEmpty
		}
		widths <- picture.Width
	}
	return nil
}

// Queue scales pictures in the background until it is closed.
type Queue struct {
	jobs chan Picture
}

// NewQueue starts a queue.
func NewQueue(scale Scale) *Queue {
	q := &Queue{jobs: make(chan Picture, 100)}
	go func() {
		for picture := range q.jobs {
			scale(picture)
		}
	}()
	return q
}

// Add puts a picture into the queue.
func (q *Queue) Add(picture Picture) {
	q.jobs <- picture
}

// Close ends the queue once it is empty.
func (q *Queue) Close() {
	close(q.jobs)
}
