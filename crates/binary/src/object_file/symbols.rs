//! The symbol table, whole.

use std::borrow::Cow;
use std::io::{Read, Seek};

use object::elf;

use crate::Elf;

/// A symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    /// Its address.
    pub address: u64,
    /// Its size in bytes; 0 if the linker does not say.
    pub size: u64,
    /// Where its name begins in the table of names.
    name: u32,
}

impl Symbol {
    /// Address after the last byte.
    pub fn end(&self) -> u64 {
        self.address.saturating_add(self.size)
    }
}

/// All symbols of a file, in the order of their addresses.
#[derive(Debug, Default)]
pub struct SymbolTable {
    symbols: Vec<Symbol>,
    names: Vec<u8>,
}

/// Symbols that mark where code begins and ends, and so hold the address of something else.
const MARKS: [&str; 6] = ["runtime.text", "text", "_text", "runtime.etext", "etext", "_etext"];

impl SymbolTable {
    /// Reads the table (`SHT_SYMTAB`); `None` if there is none or it cannot be read.
    pub(super) fn read<S: Read + Seek>(elf: &mut Elf<S>) -> Option<Self> {
        let is_table = |section: &&crate::Section| section.kind == elf::SHT_SYMTAB;
        let table = elf.sections().iter().find(is_table)?.clone();
        let names = elf.sections().get(table.link)?.clone();
        let bytes = elf.raw_contents(&table).ok()?;
        let names = elf.raw_contents(&names).ok()?;
        // Elf64_Sym: name, info, other, section, value, size; Elf32_Sym: name, value, size, …
        let (entry, value, word) = if elf.word_size() == 8 { (24, 8, 8) } else { (16, 4, 4) };
        // The first symbol stands for none.
        let entries = bytes.chunks_exact(entry).skip(1);
        let mut symbols: Vec<Symbol> = entries
            .map(|bytes| Symbol {
                name: elf.number(&bytes[..4]) as u32,
                address: elf.number(&bytes[value..value + word]),
                size: elf.number(&bytes[value + word..value + 2 * word]),
            })
            .collect();
        symbols.sort_by_key(|symbol| symbol.address);
        Some(Self { symbols, names })
    }

    /// The symbols by address, without those that say nothing (the names of files).
    pub fn iter(&self) -> impl Iterator<Item = (&Symbol, Cow<'_, str>)> {
        let symbols = self.symbols.iter().filter(|symbol| symbol.address != 0 || symbol.size != 0);
        symbols.map(|symbol| (symbol, self.name(symbol)))
    }

    /// The address of the first symbol of a name.
    pub(super) fn address_of(&self, name: &str) -> Option<u64> {
        self.symbols.iter().find(|symbol| self.name(symbol) == name).map(|symbol| symbol.address)
    }

    /// The symbol that holds an address.
    pub(super) fn holding(&self, address: u64) -> Option<(&Symbol, Cow<'_, str>)> {
        let after = self.symbols.partition_point(|symbol| symbol.address <= address);
        let before = self.symbols[..after].iter().rev();
        // Marks share their address with what they mark.
        let named = before.map(|symbol| (symbol, self.name(symbol)));
        let (symbol, name) = named.into_iter().find(|(_, name)| !MARKS.contains(&name.as_ref()))?;
        (symbol.address != 0 && address < symbol.end()).then_some((symbol, name))
    }

    fn name(&self, symbol: &Symbol) -> Cow<'_, str> {
        let bytes = self.names.get(symbol.name as usize..).unwrap_or_default();
        let end = memchr::memchr(0, bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..end])
    }
}
