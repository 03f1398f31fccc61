package m

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"sync"
)

func startOnly(name string) error {
	cmd := exec.Command(name)
	return cmd.Start() // lost: never
}

func started(name string) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func startedOnSomeWays(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil { // lost: some
		return err
	}
	if err := ready(); err != nil {
		return err
	}
	return cmd.Wait()
}

type service struct{ cmd *exec.Cmd }

func (s *service) start(name string) error {
	s.cmd = exec.Command(name)
	return s.cmd.Start()
}

func kept(name string) (*service, error) {
	cmd := exec.Command(name)
	s := &service{cmd: cmd}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return s, nil
}

func waitedInGoroutine(name string) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}

func given(cmd *exec.Cmd) error { return cmd.Start() }

func subscribed(work func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // lost: never
	work()
	<-c
}

func subscribedUntil(work func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	defer signal.Stop(c)
	work()
}

func subscribedForEver() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	return c
}

var pool sync.Pool

func borrowed(data []byte) bool {
	buf := pool.Get().(*bytes.Buffer) // lost: some
	if _, err := os.Stdout.Write(data); err != nil {
		return false
	}
	pool.Put(buf)
	return true
}

func borrowedAndPut(data []byte) bool {
	buf := pool.Get().(*bytes.Buffer)
	defer pool.Put(buf)
	_, err := buf.Write(data)
	return err == nil
}

func borrowedForGood() *bytes.Buffer {
	return pool.Get().(*bytes.Buffer)
}

func borrowedBytes(data []byte) []byte {
	buf := pool.Get().(*bytes.Buffer)
	buf.Write(data)
	if len(data) > 100 {
		return buf.Bytes()
	}
	pool.Put(buf)
	return nil
}

func neverPut(data []byte) {
	buf := pool.Get().(*bytes.Buffer) // lost: never
	buf.Write(data)
}
