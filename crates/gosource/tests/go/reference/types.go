package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// checker type-checks packages from source, with what they import; declarations only for the latter. Imports are
// found in a module's vendor folder or in the standard library.
type checker struct {
	fset    *token.FileSet
	vendor  string
	module  string
	root    string
	checked map[string]*types.Package
}

func (c *checker) Import(path string) (*types.Package, error) { return c.ImportFrom(path, "", 0) }

func (c *checker) ImportFrom(path, from string, _ types.ImportMode) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	folder, path := c.folder(path, from)
	if pkg := c.checked[path]; pkg != nil {
		return pkg, nil
	}
	found, err := build.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	pkg, _ := c.check(path, folder, found.GoFiles, nil)
	c.checked[path] = pkg
	return pkg, nil
}

func (c *checker) folder(path, from string) (string, string) {
	std := filepath.Join(build.Default.GOROOT, "src")
	dotted := strings.Contains(strings.Split(path, "/")[0], ".")
	if strings.HasPrefix(from, std) && dotted {
		path = "vendor/" + path
	}
	if c.module != "" && (path == c.module || strings.HasPrefix(path, c.module+"/")) {
		return filepath.Join(c.root, strings.TrimPrefix(path, c.module)), path
	}
	if c.vendor != "" && dotted && !strings.HasPrefix(path, "vendor/") {
		return filepath.Join(c.vendor, path), path
	}
	return filepath.Join(std, path), path
}

func (c *checker) check(path, folder string, names []string, info *types.Info) (*types.Package, []*ast.File) {
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(c.fset, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		files = append(files, file)
	}
	config := types.Config{
		Importer: c, FakeImportC: true, IgnoreFuncBodies: info == nil, Error: func(error) {},
		Sizes: types.SizesFor("gc", "amd64"),
	}
	pkg, _ := config.Check(path, c.fset, files, info)
	return pkg, files
}

// packages calls f for the package of each folder that standard input names after the lines with the module and
// its root.
func packages(f func(c *checker, path, folder string, found *build.Package)) {
	build.Default.CgoEnabled = false
	build.Default.GOROOT = os.Getenv("GOROOT")
	all := paths()
	c := &checker{fset: token.NewFileSet(), checked: map[string]*types.Package{}}
	c.module, c.root = os.Getenv("REFERENCE_MODULE"), os.Getenv("REFERENCE_ROOT")
	if c.root != "" {
		c.vendor = filepath.Join(c.root, "vendor")
	}
	std := filepath.Join(build.Default.GOROOT, "src")
	for _, folder := range all {
		found, err := build.ImportDir(folder, 0)
		if err != nil {
			continue // No file of the folder is built here.
		}
		path, err := filepath.Rel(std, folder)
		if c.root != "" {
			path, err = filepath.Rel(c.root, folder)
			path = strings.TrimSuffix(c.module+"/"+path, "/.")
		}
		if err != nil {
			fail(err.Error())
		}
		f(c, path, folder, found)
	}
}

// typesOfAll prints the types of all expressions that are values and of all variables: `kind start end number`,
// where each number is told once with its type. Kinds are d for what is declared, c for calls of functions, r for
// what a method is called on, k for constants, e for other expressions.
func typesOfAll(out *bufio.Writer) {
	numbers := map[string]int{}
	number := func(t types.Type) int {
		text := typeText(t)
		n, known := numbers[text]
		if !known {
			n = len(numbers)
			numbers[text] = n
			fmt.Fprintf(out, "type %d %s\n", n, text)
		}
		return n
	}
	packages(func(c *checker, path, folder string, found *build.Package) {
		names := append(found.GoFiles, found.TestGoFiles...)
		info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}}
		receivers := map[ast.Expr]bool{}
		_, files := c.check(path, folder, names, &info)
		for _, file := range files {
			in := c.fset.File(file.FileStart)
			fmt.Fprintf(out, "file %s %s\n", path, in.Name())
			offset := func(pos token.Pos) int { return int(pos) - in.Base() }
			ast.Inspect(file, func(node ast.Node) bool {
				if ident, ok := node.(*ast.Ident); ok {
					if object, ok := info.Defs[ident].(*types.Var); ok && !object.IsField() && ident.Name != "_" {
						n := number(object.Type())
						fmt.Fprintf(out, "d %d %d %d\n", offset(ident.Pos()), offset(ident.End()), n)
					}
				}
				if selector, ok := node.(*ast.SelectorExpr); ok {
					selection := info.Selections[selector]
					receivers[selector.X] = selection != nil && selection.Kind() == types.MethodVal
				}
				expr, ok := node.(ast.Expr)
				if !ok {
					return true
				}
				if value, ok := info.Types[expr]; ok && value.Type != nil && (value.IsValue() || value.IsVoid()) {
					t := value.Type
					// What may yield a second value is a tuple where it does.
					if tuple, ok := t.(*types.Tuple); ok && value.HasOk() {
						t = tuple.At(0).Type()
					}
					kind := "e"
					switch expr := expr.(type) {
					case *ast.CallExpr:
						kind = "c"
						if function, ok := info.Types[expr.Fun]; ok && (function.IsType() || function.IsBuiltin()) {
							kind = "e"
						}
					}
					if receivers[expr] {
						kind = "r"
					}
					if value.Value != nil {
						kind = "k"
					}
					n := number(t)
					fmt.Fprintf(out, "%s %d %d %d\n", kind, offset(expr.Pos()), offset(expr.End()), n)
				}
				return true
			})
		}
	})
}

// methodsOfAll prints the method sets of all types that packages declare, and of pointers to them.
func methodsOfAll(out *bufio.Writer) {
	packages(func(c *checker, path, folder string, _ *build.Package) {
		pkg, _ := c.ImportFrom(path, folder, 0)
		if pkg == nil {
			return
		}
		for _, name := range pkg.Scope().Names() {
			object, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || object.IsAlias() {
				continue
			}
			t := object.Type()
			if named, ok := t.(*types.Named); ok && named.TypeParams().Len() > 0 {
				continue
			}
			for _, t := range []types.Type{t, types.NewPointer(t)} {
				set := types.NewMethodSet(t)
				var lines []string
				for i := range set.Len() {
					method := set.At(i)
					of := ""
					if !method.Obj().Exported() {
						of = method.Obj().Pkg().Path()
					}
					lines = append(lines, fmt.Sprintf("%s@%s%s", method.Obj().Name(), of,
						strings.TrimPrefix(typeText(method.Type()), "func")))
				}
				sort.Strings(lines)
				fmt.Fprintf(out, "%s\t%s\n", typeText(t), strings.Join(lines, "\t"))
			}
		}
	})
}

// typeText is a type in the form in which plumb prints it.
func typeText(t types.Type) string {
	var out strings.Builder
	writeType(&out, t)
	return out.String()
}

func writeList(out io.Writer, open string, list interface {
	Len() int
}, at func(int) types.Type, end string) {
	io.WriteString(out, open)
	for i := range list.Len() {
		if i > 0 {
			io.WriteString(out, ", ")
		}
		writeType(out, at(i))
	}
	io.WriteString(out, end)
}

func writeType(out io.Writer, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case nil:
		io.WriteString(out, "<invalid>")
	case *types.Basic:
		switch {
		case t.Kind() == types.Uint8:
			io.WriteString(out, "uint8")
		case t.Kind() == types.Int32:
			io.WriteString(out, "int32")
		case t.Kind() == types.UnsafePointer:
			io.WriteString(out, "unsafe.Pointer")
		case t.Kind() == types.Invalid:
			io.WriteString(out, "<invalid>")
		default:
			io.WriteString(out, t.Name())
		}
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil {
			io.WriteString(out, pkg.Path()+".")
		}
		io.WriteString(out, t.Obj().Name())
		if t.TypeArgs().Len() > 0 {
			writeList(out, "[", t.TypeArgs(), t.TypeArgs().At, "]")
		}
	case *types.TypeParam:
		io.WriteString(out, t.Obj().Name())
	case *types.Pointer:
		io.WriteString(out, "*")
		writeType(out, t.Elem())
	case *types.Slice:
		io.WriteString(out, "[]")
		writeType(out, t.Elem())
	case *types.Array:
		io.WriteString(out, "[_]")
		writeType(out, t.Elem())
	case *types.Map:
		io.WriteString(out, "map[")
		writeType(out, t.Key())
		io.WriteString(out, "]")
		writeType(out, t.Elem())
	case *types.Chan:
		io.WriteString(out, [...]string{"chan (", "chan<- (", "<-chan ("}[t.Dir()])
		writeType(out, t.Elem())
		io.WriteString(out, ")")
	case *types.Tuple:
		writeTuple(out, t)
	case *types.Signature:
		writeSignature(out, t)
	case *types.Struct:
		writeStruct(out, t)
	case *types.Interface:
		writeInterface(out, t)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				io.WriteString(out, " | ")
			}
			if t.Term(i).Tilde() {
				io.WriteString(out, "~")
			}
			writeType(out, t.Term(i).Type())
		}
	}
}

func writeTuple(out io.Writer, t *types.Tuple) {
	writeList(out, "(", t, func(i int) types.Type { return t.At(i).Type() }, ")")
}

func writeSignature(out io.Writer, t *types.Signature) {
	io.WriteString(out, "func(")
	for i := range t.Params().Len() {
		if i > 0 {
			io.WriteString(out, ", ")
		}
		param := t.Params().At(i).Type()
		if slice, ok := param.(*types.Slice); ok && t.Variadic() && i == t.Params().Len()-1 {
			io.WriteString(out, "...")
			param = slice.Elem()
		}
		writeType(out, param)
	}
	io.WriteString(out, ")")
	if t.Results().Len() > 0 {
		io.WriteString(out, " ")
		writeTuple(out, t.Results())
	}
}

func writeStruct(out io.Writer, t *types.Struct) {
	io.WriteString(out, "struct{")
	for i := range t.NumFields() {
		if i > 0 {
			io.WriteString(out, "; ")
		}
		if !t.Field(i).Embedded() {
			io.WriteString(out, t.Field(i).Name()+" ")
		}
		writeType(out, t.Field(i).Type())
	}
	io.WriteString(out, "}")
}

func writeInterface(out io.Writer, t *types.Interface) {
	io.WriteString(out, "interface{")
	separator := ""
	methods := make([]*types.Func, t.NumExplicitMethods())
	for i := range methods {
		methods[i] = t.ExplicitMethod(i)
	}
	sort.Slice(methods, func(i, j int) bool { return methods[i].Pos() < methods[j].Pos() })
	for _, method := range methods {
		io.WriteString(out, separator+method.Name()+strings.TrimPrefix(typeText(method.Type()), "func"))
		separator = "; "
	}
	for i := range t.NumEmbeddeds() {
		io.WriteString(out, separator)
		writeType(out, t.EmbeddedType(i))
		separator = "; "
	}
	io.WriteString(out, "}")
}
