//! A stub resolver: `/etc/hosts`, then the servers of `/etc/resolv.conf` (hosts(5), resolv.conf(5)).

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, Question, RCODE, TYPE};

/// Servers beyond the third are ignored (`MAXNS`).
const MAX_SERVERS: usize = 3;

/// Largest answer over UDP without EDNS is 512 bytes; servers that send more are listened to.
const MAX_DATAGRAM: usize = 4096;

/// Where names are looked up.
#[derive(Debug, PartialEq, Eq)]
struct Servers {
    addresses: Vec<SocketAddr>,
    search: Vec<String>,
    ndots: usize,
    timeout: Duration,
    attempts: u32,
}

/// What a server says about a name.
enum Answer {
    Found(Vec<IpAddr>),
    NoSuchName,
}

/// All addresses of `host`, IPv4 first. `root` is `/` but in tests.
pub(super) fn lookup(root: &Path, host: &str, limit: Duration) -> Result<Vec<IpAddr>, String> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let hosts = fs::read_to_string(root.join("etc/hosts")).unwrap_or_default();
    let found = in_hosts(&hosts, &host);
    if !found.is_empty() {
        return Ok(found);
    }
    let text = fs::read_to_string(root.join("etc/resolv.conf"))
        .map_err(|error| format!("not in /etc/hosts, and /etc/resolv.conf: {error}"))?;
    query_all(&Servers::parse(&text, 53), &host, Instant::now() + limit)
}

fn in_hosts(text: &str, host: &str) -> Vec<IpAddr> {
    let line = |line: &str| {
        let mut words = line.split('#').next()?.split_ascii_whitespace();
        let address = words.next()?.parse().ok()?;
        words.any(|name| name.eq_ignore_ascii_case(host)).then_some(address)
    };
    let mut found: Vec<IpAddr> = text.lines().filter_map(line).collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found
}

impl Servers {
    fn parse(text: &str, port: u16) -> Self {
        let mut servers = Self {
            addresses: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
        };
        for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    // A zone (`fe80::1%eth0`) is not understood by the standard library's parser.
                    let address =
                        words.next().and_then(|word| word.split('%').next()?.parse().ok());
                    servers.addresses.extend(address.map(|ip: IpAddr| SocketAddr::new(ip, port)));
                }
                // The last of `domain` and `search` counts.
                Some("domain" | "search") => servers.search = words.map(str::to_owned).collect(),
                Some("options") => words.for_each(|word| servers.option(word)),
                _ => {}
            }
        }
        servers.addresses.truncate(MAX_SERVERS);
        if servers.addresses.is_empty() {
            servers.addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        }
        servers
    }

    fn option(&mut self, word: &str) {
        let Some((name, value)) = word.split_once(':') else { return };
        let Ok(value) = value.parse::<u32>() else { return };
        match name {
            "ndots" => self.ndots = value.min(15) as usize,
            "timeout" => self.timeout = Duration::from_secs(value.clamp(1, 30).into()),
            "attempts" => self.attempts = value.clamp(1, 5),
            _ => {}
        }
    }

    /// Names to ask for, in order: a name with enough dots first as it is.
    fn candidates(&self, host: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.search.iter().map(|domain| format!("{host}.{domain}")).collect();
        let dots = host.bytes().filter(|&byte| byte == b'.').count();
        names.insert(if dots >= self.ndots { 0 } else { names.len() }, host.to_owned());
        names
    }
}

fn query_all(servers: &Servers, host: &str, deadline: Instant) -> Result<Vec<IpAddr>, String> {
    let mut trouble = None;
    let mut exists = false;
    for name in servers.candidates(host) {
        match query_name(servers, &name, deadline) {
            Ok(Answer::Found(addresses)) if !addresses.is_empty() => return Ok(addresses),
            Ok(Answer::Found(_)) => exists = true,
            Ok(Answer::NoSuchName) => {}
            Err(error) => trouble = Some(error),
        }
    }
    match trouble {
        Some(error) => Err(error),
        None if exists => Ok(Vec::new()),
        None => Err("no such name".to_owned()),
    }
}

fn query_name(servers: &Servers, name: &str, deadline: Instant) -> Result<Answer, String> {
    let mut trouble = "no name server answered in time".to_owned();
    for _ in 0..servers.attempts {
        for &server in &servers.addresses {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(trouble);
            }
            match query_server(server, name, servers.timeout.min(left)) {
                Ok(answer) => return Ok(answer),
                Err(error) => trouble = format!("name server {}: {error}", server.ip()),
            }
        }
    }
    Err(trouble)
}

/// Asks one server for both families.
fn query_server(server: SocketAddr, name: &str, limit: Duration) -> io::Result<Answer> {
    let v4 = query_type(server, name, TYPE::A, limit)?;
    let Answer::Found(mut addresses) = v4 else { return Ok(Answer::NoSuchName) };
    // Some servers answer questions for IPv6 with an error; an IPv4 address will do.
    match query_type(server, name, TYPE::AAAA, limit) {
        Ok(Answer::Found(more)) => addresses.extend(more),
        Ok(Answer::NoSuchName) => {}
        Err(error) if addresses.is_empty() => return Err(error),
        Err(_) => {}
    }
    Ok(Answer::Found(addresses))
}

fn query_type(server: SocketAddr, name: &str, kind: TYPE, limit: Duration) -> io::Result<Answer> {
    let (id, query) = question(name, kind)?;
    let datagram = over_udp(server, id, &query, limit)?;
    let reply = parse(&datagram)?;
    if reply.has_flags(PacketFlag::TRUNCATION) {
        return answer(&parse(&over_tcp(server, &query, limit)?)?);
    }
    answer(&reply)
}

fn question(name: &str, kind: TYPE) -> io::Result<(u16, Vec<u8>)> {
    let bad = |_| io::Error::new(io::ErrorKind::InvalidInput, "not a host name");
    // The hasher's keys come from the system's random source: an id that others cannot guess.
    let id = RandomState::new().hash_one(name) as u16;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(name).map_err(bad)?;
    packet.questions.push(Question::new(name, kind.into(), CLASS::IN.into(), false));
    packet.build_bytes_vec().map(|bytes| (id, bytes)).map_err(bad)
}

fn over_udp(server: SocketAddr, id: u16, query: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.send(query)?;
    let deadline = Instant::now() + limit;
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let length = socket.recv(&mut buffer)?;
        if buffer[..length].starts_with(&id.to_be_bytes()) {
            return Ok(buffer[..length].to_vec());
        }
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

/// RFC 1035 §4.2.2: a length of two bytes precedes each message.
fn over_tcp(server: SocketAddr, query: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let length = u16::try_from(query.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes(), query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut reply = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut reply)?;
    Ok(reply)
}

fn parse(bytes: &[u8]) -> io::Result<Packet<'_>> {
    let malformed = |_| io::Error::new(io::ErrorKind::InvalidData, "malformed answer");
    Packet::parse(bytes).map_err(malformed)
}

fn answer(reply: &Packet<'_>) -> io::Result<Answer> {
    match reply.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Ok(Answer::NoSuchName),
        other => return Err(io::Error::other(format!("{other:?}"))),
    }
    let address = |data: &RData| match data {
        RData::A(a) => Some(Ipv4Addr::from(a.address).into()),
        RData::AAAA(aaaa) => Some(Ipv6Addr::from(aaaa.address).into()),
        _ => None,
    };
    Ok(Answer::Found(reply.answers.iter().filter_map(|record| address(&record.rdata)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::{A, AAAA};

    /// Answers `queries` questions: `svc.prod.test` has both families, anything else does not exist.
    fn serve(queries: usize) -> (SocketAddr, std::thread::JoinHandle<Vec<String>>) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let mut asked = Vec::new();
            for _ in 0..queries {
                let mut buffer = [0; 512];
                let (length, from) = socket.recv_from(&mut buffer).unwrap();
                let query = Packet::parse(&buffer[..length]).unwrap();
                let question = query.questions[0].clone();
                let mut reply = Packet::new_reply(query.id());
                let name = question.qname.to_string();
                let data = if question.qtype == TYPE::A.into() {
                    RData::A(A { address: Ipv4Addr::new(10, 9, 8, 7).into() })
                } else {
                    RData::AAAA(AAAA { address: Ipv6Addr::LOCALHOST.into() })
                };
                if name == "svc.prod.test" {
                    let record = ResourceRecord::new(question.qname.clone(), CLASS::IN, 60, data);
                    reply.answers.push(record);
                } else {
                    *reply.rcode_mut() = RCODE::NameError;
                }
                reply.questions.push(question);
                asked.push(name);
                socket.send_to(&reply.build_bytes_vec().unwrap(), from).unwrap();
            }
            asked
        });
        (address, server)
    }

    #[test]
    fn a_short_name_is_found_through_the_search_list() {
        let (address, server) = serve(3);
        let text = "search dev.test prod.test\nnameserver 127.0.0.1\noptions ndots:2 timeout:2";
        let servers = Servers::parse(text, address.port());
        let deadline = Instant::now() + Duration::from_secs(10);
        let found = query_all(&servers, "svc", deadline).unwrap();
        let expected: [IpAddr; 2] = ["10.9.8.7".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(found, expected);
        assert_eq!(server.join().unwrap(), ["svc.dev.test", "svc.prod.test", "svc.prod.test"]);
    }

    #[test]
    fn a_name_that_nobody_has_says_so() {
        let (address, server) = serve(2);
        let servers = Servers::parse("search test\nnameserver 127.0.0.1", address.port());
        let deadline = Instant::now() + Duration::from_secs(10);
        assert_eq!(query_all(&servers, "no.where", deadline).unwrap_err(), "no such name");
        assert_eq!(server.join().unwrap(), ["no.where", "no.where.test"]);
    }

    #[test]
    fn a_silent_server_is_given_up_after_the_limit() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let servers = Servers::parse("nameserver 127.0.0.1", silent.local_addr().unwrap().port());
        let start = Instant::now();
        let error = query_all(&servers, "x.test", start + Duration::from_millis(200)).unwrap_err();
        assert!(error.starts_with("name server 127.0.0.1"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn hosts_come_before_name_servers_and_need_none() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/hosts"), "::2 db # main\n10.0.0.2 other DB\n").unwrap();
        let found = lookup(root.path(), "db", Duration::from_secs(1)).unwrap();
        let expected: [IpAddr; 2] = ["10.0.0.2".parse().unwrap(), "::2".parse().unwrap()];
        assert_eq!(found, expected);
        let error = lookup(root.path(), "main", Duration::from_secs(1)).unwrap_err();
        assert!(error.contains("resolv.conf"), "{error}");
    }

    #[test]
    fn resolv_conf_is_read_as_documented() {
        let text = "# c\nnameserver 1.1.1.1\nnameserver ::1\ndomain a\nsearch b c\noptions ndots:5 rotate attempts:9\n";
        let servers = Servers::parse(text, 53);
        assert_eq!(servers.addresses.len(), 2);
        assert_eq!(servers.search, ["b", "c"]);
        assert_eq!((servers.ndots, servers.attempts), (5, 5));
        assert_eq!(servers.candidates("x.y"), ["x.y.b", "x.y.c", "x.y"]);
        assert_eq!(Servers::parse("", 53).addresses[0].to_string(), "127.0.0.1:53");
    }
}
