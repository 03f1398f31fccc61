//! Socket listings of all tools, and the records that plumb writes itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_case::host::{lsof, netstat, proc_net, process, sockets, ss};

/// The first lines by which listings are told, in front of which a listing is read as it comes.
const HEADS: [&str; 6] = [
    "",
    "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n",
    "Active Internet connections (servers and established)\nProto Recv-Q Send-Q Local Address Foreign Address State\n",
    "COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n",
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
    "{\"source\":\"proc_net\",\"owned_only\":true,\"listening\":[80],\"time_wait\":0,\"syn_recv\":0}\n",
];

fuzz_target!(|input: (u8, Option<u32>, &str)| {
    let (choice, pid, text) = input;
    let text = [HEADS[usize::from(choice) % HEADS.len()], text].concat();
    let lines = text.lines().count();
    for table in [
        ss::read(&text, None, pid).value,
        netstat::read(&text, None, pid).value,
        proc_net::read(&text, None).value,
        sockets::read(&text, None).value,
    ] {
        assert!(table.sockets.len() <= lines);
    }
    let listing = lsof::read(&text, None, pid).value;
    assert!(listing.sockets.is_none_or(|table| table.sockets.len() <= lines));
    let _ = process::read(text.as_bytes(), None);
    let _ = (ss::looks_like(&text), netstat::looks_like(&text), lsof::looks_like(&text));
    let _ = proc_net::looks_like(&text);
});
