//! Reads what the packages of the standard library declare, then finds the types in all of their files, and prints
//! both speeds, for one core and by the time that the processor worked.
//!
//! `cargo bench -p plumb-gosource --bench index_and_types`, with `FOLDER=…` for another module.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use plumb_gosource::{FileTypes, Installation, Layout, Names, Platform, Program, Role, parse};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

#[path = "../../tests/disk/mod.rs"]
mod disk;

use disk::Disk;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` must not spend time here.
    if std::env::args().all(|argument| argument != "--bench") {
        return Ok(());
    }
    let go = install_go(NEWEST_GO, &tools_directory())?;
    let goroot = go.ancestors().nth(2).ok_or("no root of the toolchain")?.to_path_buf();
    let folder = std::env::var_os("FOLDER").map_or(goroot.join("src"), PathBuf::from);
    let installation = Installation { goroot: Some(goroot), ..Installation::default() };
    let program =
        Program::new(&Disk, Layout::find(&Disk, &folder, installation), Platform::default());
    let packages = program.package_folders();
    let paths: Vec<&str> = packages.iter().map(|package| package.path.as_str()).collect();
    let start = processor_seconds()?;
    let wall = std::time::Instant::now();
    // On this thread, of which the time is measured; `Program::load` has threads of its own.
    paths.iter().for_each(|path| drop(program.package(path)));
    let (index, wall) = (processor_seconds()? - start, wall.elapsed().as_secs_f64());
    let (mut files, mut bytes) = (Vec::new(), 0);
    for package in paths.iter().filter_map(|path| program.package(path)) {
        for file in package.files.iter().filter(|f| matches!(f.role, Role::Package | Role::Test)) {
            let source = fs::read(package.folder.join(&file.name))?;
            bytes += source.len();
            files.push((package.clone(), source));
        }
    }
    let megabytes = bytes as f64 / 1e6;
    println!("{} packages, {} files, {megabytes:.1} MB, one core", packages.len(), files.len());
    println!("index: {index:.3} s of processor, {:.0} MB/s (wall {wall:.3} s)", megabytes / index);
    let start = processor_seconds()?;
    let mut calls = 0;
    for (package, source) in &files {
        let file = parse(source);
        let imported = program.import_names(&file, package.is_std);
        let names = Names::new(&file, |path| imported.get(path).map(|name| &**name));
        let types = FileTypes::new(&program, package, &file, &names);
        calls += types.callees().count();
    }
    let seconds = processor_seconds()? - start;
    println!("parse, names and types: {seconds:.3} s, {:.0} MB/s", megabytes / seconds);
    println!("{calls} uses of functions, peak memory {} MB", peak_megabytes().unwrap_or(0));
    Ok(())
}

/// What all threads of this process have used of processors, by the system's clock ticks.
fn processor_seconds() -> Result<f64> {
    let mut seconds = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
        seconds += stat.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1e9;
    }
    Ok(seconds)
}

fn peak_megabytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1000)
}
