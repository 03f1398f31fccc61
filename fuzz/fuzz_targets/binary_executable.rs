//! Executables: any bytes, and any build information in an executable that is otherwise sound.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use plumb_binary::{Elf, Owner, Question, Wanted, read_build_info, read_calls};

fuzz_target!(|data: &[u8]| {
    look(data);
    look(&executable(data));
});

fn look(bytes: &[u8]) {
    if let Ok(info) = read_build_info(Cursor::new(bytes)) {
        let _ = info.module_of("example.com/shop/internal");
    }
    let question = Question {
        wanted: &|name| if name.len() % 2 == 0 { Wanted::Ways } else { Wanted::Callers },
        owner: &|name, _| if name.len() % 3 == 0 { Owner::Program } else { Owner::Standard },
    };
    let _ = read_calls(Cursor::new(bytes), &question);
    let Ok(mut elf) = Elf::open(Cursor::new(bytes)) else { return };
    let _ = (elf.gnu_build_id().is_some(), elf.go_build_id().is_some(), elf.is_truncated());
    let _ = elf.symbol("runtime.buildVersion");
    let starts: Vec<u64> = elf.segments().iter().map(|segment| segment.address).collect();
    for address in starts {
        let _ = elf.read_go_string(address, 4096);
        if let Ok(read) = elf.read(address, 64) {
            assert_eq!(read.len(), 64);
        }
    }
}

/// Where the only segment is in the file, and where it is loaded.
const OFFSET: u64 = 128;
const ADDRESS: u64 = 0x1000;

/// A 64-bit ELF file with one segment of data, which begins with build information: its magic, then `data`.
fn executable(data: &[u8]) -> Vec<u8> {
    let size = data.len() as u64 + 14;
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    // An executable (2) for x86-64 (62), of version 1.
    file.extend([2, 0, 62, 0, 1, 0, 0, 0]);
    for word in [ADDRESS, 64, 0] {
        file.extend(word.to_le_bytes());
    }
    // No flags; sizes of this header and of the one program header, and none of sections.
    file.extend([0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 0, 0, 0, 0]);
    // The program header: loaded (1), readable and writable (6).
    file.extend([1, 0, 0, 0, 6, 0, 0, 0]);
    for word in [OFFSET, ADDRESS, ADDRESS, size, size, 16] {
        file.extend(word.to_le_bytes());
    }
    file.resize(OFFSET as usize, 0);
    file.extend(b"\xff Go buildinf:");
    file.extend(data);
    file
}
