// Reference shows what go/parser makes of Go files, for comparison with plumb's own reader.
//
//	reference dump   reads paths from standard input and prints each file's declarations with a hash of all nodes
//	reference nodes  the same, with a line for each node
//	reference names  reads folders of packages from standard input and prints what the names in them refer to
//	reference types  reads folders of packages and prints the types of all expressions and variables in them
//	reference methods  reads folders of packages and prints the method sets of all types that they declare
//	reference time   parses the files that standard input names and prints bytes, files, seconds and processor seconds
//	reference tables prints the tables of letters and digits of src/unicode.rs
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"time"
	"unicode"
)

const mode = parser.AllErrors | parser.ParseComments | parser.SkipObjectResolution

func main() {
	if len(os.Args) != 2 {
		fail("usage: reference dump|nodes|names|types|methods|time|tables")
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	switch os.Args[1] {
	case "dump":
		dumpAll(out, false)
	case "nodes":
		dumpAll(out, true)
	case "names":
		namesOfAll(out)
	case "types":
		typesOfAll(out)
	case "methods":
		methodsOfAll(out)
	case "time":
		measure(out)
	case "tables":
		table(out, "LETTERS", unicode.IsLetter)
		table(out, "DIGITS", unicode.IsDigit)
	default:
		fail("unknown command " + os.Args[1])
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}

func paths() []string {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err.Error())
	}
	return strings.Split(strings.TrimSuffix(string(input), "\n"), "\n")
}

func dumpAll(out *bufio.Writer, nodes bool) {
	for _, path := range paths() {
		source, err := os.ReadFile(path)
		if err != nil {
			fail(err.Error())
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, source, mode)
		if err != nil {
			first, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), path+":"), "\n")
			fmt.Fprintf(out, "file rejected %s\t%s\n", path, first)
			continue
		}
		fmt.Fprintf(out, "file accepted %s\n", path)
		d := dumper{out: out, file: fset.File(file.FileStart), nodes: nodes}
		d.dump(file)
	}
}

type dumper struct {
	out   *bufio.Writer
	file  *token.File
	nodes bool
}

func (d *dumper) dump(file *ast.File) {
	if file.Doc != nil {
		d.node(file.Doc)
	}
	d.node(file.Name)
	for _, decl := range file.Decls {
		d.node(decl)
	}
	hash := fnv.New64a()
	for _, group := range file.Comments {
		fmt.Fprintf(hash, "%d %d %s\n", d.offset(group.Pos()), len(group.List), group.Text())
	}
	fmt.Fprintf(d.out, "package %d imports %d generated %t lines %d comments %d %016x\n",
		d.offset(file.Package), len(file.Imports), ast.IsGenerated(file), d.file.LineCount(), len(file.Comments),
		hash.Sum64())
}

// node prints one line for a node, with a hash of all nodes below it.
func (d *dumper) node(root ast.Node) {
	hash := fnv.New64a()
	count := 0
	ast.Inspect(root, func(node ast.Node) bool {
		if node == nil {
			return false
		}
		kind := reflect.TypeOf(node).Elem().Name()
		start, end := d.offset(node.Pos()), d.offset(node.End())
		group, isGroup := node.(*ast.CommentGroup)
		if isGroup {
			// go/ast does not know where a comment with carriage returns ends.
			end = len(group.List)
		}
		count++
		io.WriteString(hash, kind)
		var bytes [8]byte
		binary.LittleEndian.PutUint32(bytes[:4], uint32(start))
		binary.LittleEndian.PutUint32(bytes[4:], uint32(end))
		hash.Write(bytes[:])
		if d.nodes {
			fmt.Fprintf(d.out, "%s %d %d\n", kind, start, end)
		}
		return !isGroup
	})
	pos := root.Pos()
	here, mapped := d.file.PositionFor(pos, false), d.file.PositionFor(pos, true)
	fmt.Fprintf(d.out, "%s %d at %d:%d mapped %d:%d nodes %d %016x\n", reflect.TypeOf(root).Elem().Name(), d.offset(pos),
		here.Line, here.Column, mapped.Line, mapped.Column, count, hash.Sum64())
}

func (d *dumper) offset(pos token.Pos) int { return int(pos) - d.file.Base() }

func measure(out *bufio.Writer) {
	var bytes int
	all := paths()
	sources := make([][]byte, len(all))
	for i, path := range all {
		source, err := os.ReadFile(path)
		if err != nil {
			fail(err.Error())
		}
		sources[i] = source
		bytes += len(source)
	}
	start, processor := time.Now(), processorTime()
	for i, source := range sources {
		// What is rejected is timed too.
		_, _ = parser.ParseFile(token.NewFileSet(), all[i], source, mode)
	}
	seconds, processorSeconds := time.Since(start).Seconds(), (processorTime() - processor).Seconds()
	fmt.Fprintf(out, "%d %d %.6f %.6f\n", bytes, len(all), seconds, processorSeconds)
}

// processorTime is what all threads of the process used so far, the garbage collector's too.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func table(out *bufio.Writer, name string, contains func(rune) bool) {
	fmt.Fprintf(out, "const %s: &[(u32, u32)] = &[", name)
	ranges := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !contains(r) {
			continue
		}
		first := r
		for r < unicode.MaxRune && contains(r+1) {
			r++
		}
		if ranges%5 == 0 {
			fmt.Fprint(out, "\n   ")
		}
		ranges++
		fmt.Fprintf(out, " (0x%x, 0x%x),", first, r)
	}
	fmt.Fprint(out, "\n];\n")
}
