//! Readers for pprof protobuf, legacy text profiles and goroutine dumps
