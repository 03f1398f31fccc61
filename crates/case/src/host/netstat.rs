//! The output of `netstat`: net-tools on Linux, and the BSD one of macOS.

use plumb_evidence::Timestamp;
use plumb_evidence::socket::{SocketSource, SocketTable, Timer};

use super::Reading;
use super::listing::{self, Listing, Row};

/// Reads what `netstat -tan` prints, with any of `-p`, `-o`, `-e`, `-W`. Sockets other than TCP are passed over.
/// `pid` chooses the process where several are listed.
pub fn read(text: &str, taken: Option<Timestamp>, pid: Option<u32>) -> Reading<SocketTable> {
    parse(text).into_table(SocketSource::Netstat, taken, pid)
}

/// Whether a text has the column heads or a row of `netstat`.
pub fn looks_like(text: &str) -> bool {
    let head = |line: &str| line.starts_with("Proto") && line.contains("Foreign Address");
    text.lines().take(50).any(|line| head(line) || parse_row(line, false).is_some())
}

fn parse(text: &str) -> Listing {
    let mut listing = Listing::default();
    let mut inodes = false;
    for line in text.lines() {
        if line.starts_with("Proto") {
            inodes = line.contains("Inode");
        } else if let Some(row) = parse_row(line, inodes) {
            listing.push(row);
        } else if line.starts_with("tcp") {
            listing
                .problems
                .add("a row without readable addresses (take it again with netstat -tanpoW)");
        }
    }
    listing.report_empty();
    listing
}

fn parse_row(line: &str, inodes: bool) -> Option<Row> {
    let mut words = line.split_whitespace();
    let endpoint = match words.next()? {
        "tcp" | "tcp6" => listing::endpoint,
        "tcp4" | "tcp46" => listing::dotted_endpoint,
        _ => return None,
    };
    let recv_queue = words.next()?.parse().ok()?;
    let send_queue = words.next()?.parse().ok()?;
    let (local, remote) = (words.next()?, words.next()?);
    // BSD's tcp6 has dots too.
    let parse = |text| endpoint(text).or_else(|| listing::dotted_endpoint(text));
    let state = listing::state(words.next()?)?;
    let mut row = Row::new(parse(local)?, parse(remote)?, state);
    row.socket.recv_queue = recv_queue;
    row.socket.send_queue = send_queue;
    row.socket.timer = timer(line);
    row.socket.unanswered_probes = unanswered_probes(line);
    if inodes {
        // User, a number or a name, then the inode.
        row.socket.inode = words.nth(1)?.parse().ok()?;
    }
    row.socket.owner = words.next().and_then(|word| {
        let (pid, command) = word.split_once('/')?;
        Some(listing::owner(pid.parse().ok()?, command))
    });
    Some(row)
}

/// The last column of `-o`: `keepalive (11.92/0/0)`.
fn timer(line: &str) -> Option<Timer> {
    let (before, _) = line.rsplit_once(" (")?;
    match before.rsplit(' ').next()? {
        "off" => Some(Timer::Off),
        "on" => Some(Timer::Retransmit),
        "keepalive" => Some(Timer::Keepalive),
        "timewait" => Some(Timer::TimeWait),
        "probe" => Some(Timer::Probe),
        _ => None,
    }
}

/// The last number of that column: seconds left, retransmissions, probes without an answer.
fn unanswered_probes(line: &str) -> Option<u64> {
    let (_, timer) = line.trim_end().rsplit_once(" (")?;
    timer.strip_suffix(')')?.split('/').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bsd_rows_have_a_dot_before_the_port() {
        let text = "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n\
                    tcp4       0      0  192.168.1.5.52345      10.1.2.3.443           ESTABLISHED\n\
                    tcp6       0      0  ::1.8080               ::1.52346              FIN_WAIT_1\n\
                    tcp46      0      0  *.8080                 *.*                    LISTEN\n";
        let table = read(text, None, None).value;
        let ends: Vec<String> = table.sockets.iter().map(|s| s.local.to_string()).collect();
        assert_eq!(ends, ["192.168.1.5:52345", "[::1]:8080", "0.0.0.0:8080"]);
        assert_eq!(table.sockets[0].timer, None);
        assert_eq!(table.sockets[0].unanswered_probes, None);
    }

    #[test]
    fn the_last_number_counts_probes_without_an_answer() {
        let text = "Proto Recv-Q Send-Q Local Address   Foreign Address  State       PID/Program name  Timer\n\
                    tcp        0      0 10.0.0.1:4000   10.0.0.9:22      ESTABLISHED 7/watch           keepalive (11.92/0/3)\n";
        let table = read(text, None, None).value;
        assert_eq!(table.sockets[0].timer, Some(Timer::Keepalive));
        assert_eq!(table.sockets[0].unanswered_probes, Some(3));
    }
}
