//! What a program leaves open that ends soon after.

use super::scanned;

/// What pieces of `main` leave open ends with the process. So it is with methods that nobody outside of the package can
/// call, and with what the commands of a program call, but not with what is exported from there.
#[test]
fn methods_and_pieces_of_commands_may_leave_files_open() {
    let method = |name: &str, main: &str| {
        format!(
            "package main
import \"os\"
type job struct {{ path string }}
func (j job) {name}() {{
\tf, err := os.Create(j.path)
\tif err != nil {{
\t\treturn
\t}}
\tf.WriteString(j.path)
}}
func main() {{
{main}
}}"
        )
    };
    assert!(scanned(&method("run", "\tjob{\"a\"}.run()")).is_empty());
    assert_eq!(scanned(&method("Run", "\tjob{\"a\"}.Run()")).len(), 1);
    assert_eq!(scanned(&method("run", "\tfor {\n\t\tjob{\"a\"}.run()\n\t}")).len(), 1);
    assert_eq!(scanned(&method("run", "\tafter := job{\"a\"}.run\n\tafter()")).len(), 1);
    let command = |name: &str| {
        let text = format!(
            "package p
import \"os\"
type write struct{{}}
func (w *write) Run(args []string) int {{
\t{name}(args[0])
\treturn 0
}}
func {name}(path string) {{
\tf, err := os.Create(path)
\tif err != nil {{
\t\treturn
\t}}
\tf.WriteString(path)
}}"
        );
        scanned(&text)
    };
    assert!(command("write_").is_empty());
    assert_eq!(command("Write").len(), 1);
}
