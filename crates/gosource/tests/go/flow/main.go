// Flow shows what golang.org/x/tools/go/cfg makes of the functions of Go files.
//
// It reads paths from standard input. For each function with a body, also literals, it prints the offset of the body,
// whether control can reach the closing brace, and the offsets of all statements that control can reach.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"

	"golang.org/x/tools/go/cfg"
)

func main() {
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	paths := bufio.NewScanner(os.Stdin)
	for paths.Scan() {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, paths.Text(), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		fmt.Fprintf(out, "file %s\n", paths.Text())
		base := token.Pos(fset.File(file.FileStart).Base())
		ast.Inspect(file, func(node ast.Node) bool {
			switch f := node.(type) {
			case *ast.FuncDecl:
				if f.Body != nil {
					show(out, base, f.Body)
				}
			case *ast.FuncLit:
				show(out, base, f.Body)
			}
			return true
		})
	}
}

func show(out *bufio.Writer, base token.Pos, body *ast.BlockStmt) {
	graph := cfg.New(body, mayReturn)
	falls := false
	var live []int
	for _, block := range graph.Blocks {
		if !block.Live {
			continue
		}
		for _, node := range block.Nodes {
			switch node := node.(type) {
			case *ast.ReturnStmt:
				// The one that stands for the end is at the brace.
				if node.Return == body.End()-1 {
					falls = true
				} else {
					live = append(live, int(node.Pos()-base))
				}
			case *ast.AssignStmt, *ast.ExprStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt:
				live = append(live, int(node.Pos()-base))
			}
		}
	}
	slices.Sort(live)
	fmt.Fprintf(out, "%d %t", body.Pos()-base, falls)
	for _, offset := range slices.Compact(live) {
		fmt.Fprintf(out, " %d", offset)
	}
	fmt.Fprintln(out)
}

// mayReturn goes by spelling, and so does the test.
func mayReturn(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name != "panic"
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "Exit", "Fatal", "Fatalf", "FailNow":
			return false
		}
	}
	return true
}
