//! Evidence and catalogue to findings
