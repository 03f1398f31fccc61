//! Rows of the table, and what they match.

use super::*;
use crate::code::Frame;

const TABLE: &str = "# a comment\n\
    id\tmodule\tintroduced\tfixed\tbackports\tharmless_since_go\tleaks\treached_by\tseen_in\tcondition\tremedy\t\
    source\tverified\n\
    a\tgopkg.in/x/pool.v3\tv3.1.0\tv3.2.0\t-\t1.23\tgoroutine\t$.New;$/sub.(*Pool).Get;$.Options{Hook};import $/init\t\
    $.(*Pool).loop;time.Sleep\tthe loop never ends\tupgrade\tx/pool#1\trun\n\
    b\tstd\t-\t1.21.3\t1.20.10\t-\tmemory\t-\tnet/http.(*conn).serve\tit grows\tupgrade\tgolang/go#2\treported\n";

fn pool_and_std() -> [Advisory; 2] {
    let (rows, problems) = read(TABLE);
    assert_eq!(problems, [0; 0]);
    rows.try_into().expect("two rows")
}

fn stack(functions: &[&str]) -> Stack {
    let frame = |name: &&str| Frame { function: (*name).into(), file: "".into(), line: 0 };
    Stack(functions.iter().map(frame).collect())
}

#[test]
fn a_table_is_read() {
    let [pool, std] = pool_and_std();
    assert_eq!((pool.id, pool.leaks, pool.verified), ("a", Resource::Goroutines, Verified::Run));
    assert_eq!(pool.harmless_since_go, Some((1, 23)));
    let names: Vec<String> = pool.reached_by.iter().map(Reach::name).collect();
    assert_eq!(
        names,
        ["pool.New", "sub.Pool.Get", "pool.Options with Hook", "gopkg.in/x/pool.v3/init"]
    );
    let new = Reach::Call {
        path: "gopkg.in/x/pool.v3".to_owned(),
        receiver: None,
        name: "New".to_owned(),
    };
    assert_eq!(pool.reached_by[0], new);
    assert_eq!(pool.seen_in, ["gopkg.in/x/pool%2ev3.(*Pool).loop", "time.Sleep"]);
    assert_eq!(pool.mended(), "mended in v3.2.0");
    assert!(std.reached_by.is_empty());
}

#[test]
fn lines_that_are_no_rows_are_problems() {
    assert_eq!(read("a\tb\nx\n"), (Vec::new(), vec![1, 2]));
    let no_version = "a\tstd\t-\tsoon\t-\t-\tmemory\t-\tf.g\tc\tr\ts#1\trun\n";
    assert_eq!(read(no_version), (Vec::new(), vec![1]));
    assert_eq!(read(""), (Vec::new(), Vec::new()));
}

#[test]
fn stacks_show_the_code_of_the_module() {
    let [pool, std] = pool_and_std();
    assert!(pool.shows_in(&stack(&["gopkg.in/x/pool%2ev3.(*Pool).loop.func1"])));
    assert!(!pool.shows_in(&stack(&["time.Sleep", "main.main"])), "anybody sleeps");
    assert!(pool.shows_in(&stack(&["time.Sleep", "gopkg.in/x/pool.v3/sub.wait", "main.main"])));
    assert!(!pool.shows_in(&stack(&["time.Sleep", "gopkg.in/x/pool.v31/sub.wait"])));
    assert!(std.shows_in(&stack(&["main.f", "net/http.(*conn).serve"])));
    assert!(!std.holds("example.com/net/http"));
}
