//! Findings to terminal, JSON and Markdown
