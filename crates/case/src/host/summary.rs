//! What the tools for sockets print when they are asked for something else than a listing.

/// What a text is that `ss` or `netstat` printed without a socket in it, and what to bring.
pub(crate) fn told(text: &str) -> Option<&'static str> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?.trim_end(), lines.next().unwrap_or_default());
    let counts = |line: &str| line.starts_with("TCP:") && line.contains("(estab ");
    // `ss -s`; `netstat -s`.
    if first.starts_with("Total: ") && counts(second)
        || matches!(first, "Ip:" | "tcp:") && second.starts_with([' ', '\t'])
    {
        return Some("a socket summary, not a listing: use ss -tanpoei");
    }
    // `netstat -rn`, `route -n`, and BSD's.
    if first.starts_with("Kernel IP routing table") || first == "Routing tables" {
        return Some("a routing table, not a listing of sockets: use ss -tanpoei");
    }
    // `netstat -i`.
    if first.starts_with("Kernel Interface table") {
        return Some("a table of network interfaces, not a listing of sockets: use ss -tanpoei");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn other_outputs_of_the_tools_are_named() {
        let summary = Some("a socket summary, not a listing: use ss -tanpoei");
        let ss = "Total: 174\nTCP:   10 (estab 2, closed 3, orphaned 0, timewait 1)\n\nTransport Total\n";
        assert_eq!(told(ss), summary);
        assert_eq!(told("Ip:\n    Forwarding: 2\n"), summary);
        assert!(told("Kernel IP routing table\nDestination Gateway\n").is_some());
        assert!(told("Kernel Interface table\nIface MTU\n").is_some());
        assert_eq!(told("Total: 3\nof them failed: 2\n"), None);
        assert_eq!(told("Ip: 10.0.0.1\n"), None);
        assert_eq!(told(""), None);
    }
}
