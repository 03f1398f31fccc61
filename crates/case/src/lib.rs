//! The case file: recorder, reader, and raw bytes to evidence
