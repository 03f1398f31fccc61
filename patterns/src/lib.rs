//! The catalogue of leaks: one folder a pattern, one file a library
