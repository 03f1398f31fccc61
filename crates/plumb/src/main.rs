//! Finds goroutine and memory leaks in Go services
fn main() {}
