package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
)

// namesOfAll type-checks packages and prints, for each file, the offsets of all names that something in the file
// declares, each with the offset of what declares it.
func namesOfAll(out *bufio.Writer) {
	build.Default.CgoEnabled = false
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	for _, folder := range paths() {
		found, err := build.ImportDir(folder, 0)
		if err != nil {
			continue // No file of the folder is built here.
		}
		var files []*ast.File
		for _, name := range found.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
			if err != nil {
				fail(err.Error())
			}
			files = append(files, file)
		}
		info := types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
		config := types.Config{Importer: imports, FakeImportC: true, Error: func(error) {}}
		// What has an error is checked as far as possible.
		pkg, _ := config.Check(found.ImportPath, fset, files, &info)
		for _, file := range files {
			namesOf(out, fset.File(file.FileStart), file, pkg, &info)
		}
	}
}

func namesOf(out *bufio.Writer, in *token.File, file *ast.File, pkg *types.Package, info *types.Info) {
	fmt.Fprintf(out, "file %s\n", in.Name())
	ast.Inspect(file, func(node ast.Node) bool {
		ident, ok := node.(*ast.Ident)
		if !ok || ident.Name == "_" || ident.Name == "." || ident == file.Name {
			return true
		}
		object := info.Uses[ident]
		if object == nil {
			object = info.Defs[ident]
		}
		offset := int(ident.Pos()) - in.Base()
		if object == nil {
			// The variable of a type switch, or what has an error.
			fmt.Fprintf(out, "%d ?\n", offset)
		} else if pos := object.Pos(); object.Pkg() == pkg && inScope(object) && in.Base() <= int(pos) && int(pos) < in.Base()+in.Size() {
			fmt.Fprintf(out, "%d %d\n", offset, int(pos)-in.Base())
		}
		return true
	})
}

// inScope tells whether an object is found by its name alone: no field, no method, no init.
func inScope(object types.Object) bool {
	switch object := object.(type) {
	case *types.Var:
		return !object.IsField()
	case *types.Func:
		return object.Signature().Recv() == nil && object.Name() != "init"
	}
	return true
}
