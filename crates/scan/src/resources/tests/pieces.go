package m

import (
	"os"

	"github.com/spf13/cobra"
)

type Command struct{ Run func(*Command, []string) bool }

var serve = &Command{}

func init() { serve.Run = runServe }

func runServe(cmd *Command, args []string) bool { return mount(args[0]) }

func mount(path string) bool {
	f, err := os.Open(path)
	return err == nil && f.Name() != ""
}

var inspect = &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error {
	if err := inspectFile(args[0]); err != nil {
		return err
	}
	for _, name := range args {
		if err := each(name); err != nil {
			return err
		}
	}
	return both(args[0])
}}

func inspectFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func each(path string) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func both(path string) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func Check(path string) error { return both(path) }

type installer struct{}

func (i *installer) Run(args []string) int {
	if i.install(args[0]) != nil || i.shared(args[0]) != nil {
		return 1
	}
	return 0
}

func (i *installer) install(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func (i *installer) shared(path string) error {
	f, err := os.Open(path) // lost: never
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func retry(i *installer) func(string) error { return i.shared }

func Main() {
	if err := run("a"); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func run(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}
