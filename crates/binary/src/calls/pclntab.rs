//! Functions, lines and inlined calls, as the runtime reads them for its stack traces (`runtime.pclntab`; Go 1.16 to
//! 1.27). Written by the linker (`cmd/link/internal/ld/pcln.go`), read by `runtime/symtab.go`; stripping leaves it.

use super::image::{Image, u32_at, u64_at};

/// Most functions that are believed; a very large program has 500,000.
const MAX_FUNCTIONS: u64 = 4 << 20;
/// Longest name or path that is believed, in bytes.
const MAX_NAME: usize = 4 << 10;
/// Most calls inlined into one function that are believed.
const MAX_INLINED: i32 = 1 << 16;
/// Index of the table that says which inlined call an instruction is of (`PCDATA_InlTreeIndex`).
const INLINE_INDEX: u32 = 2;
/// Index of the tree of inlined calls (`FUNCDATA_InlTree`).
const INLINE_TREE: usize = 3;
/// Words of `runtime.moduledata` looked at for the base of function data; Go 1.27 has it at 43.
const MODULE_WORDS: std::ops::Range<usize> = 24..56;
/// Where `runtime.moduledata` holds the address of the first function, in bytes; the same since Go 1.16.
const MODULE_TEXT: usize = 176;
/// Functions whose inlined calls are decoded to try a base of function data.
const TRIED: usize = 64;

/// Layouts of the table, by its magic number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Go 1.16 and 1.17.
    Go116,
    /// Go 1.18 and 1.19.
    Go118,
    /// Go 1.20 to 1.27.
    Go120,
}

impl Format {
    fn of(magic: u32) -> Option<Self> {
        match magic {
            0xffff_fffa => Some(Self::Go116),
            0xffff_fff0 => Some(Self::Go118),
            0xffff_fff1 => Some(Self::Go120),
            _ => None,
        }
    }
}

/// A compiled function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    pub(super) entry: u64,
    pub(super) end: u64,
    /// Where its name begins, which tells functions apart as well.
    pub(super) name: u32,
    /// Where its record begins, in the table of records.
    record: usize,
}

/// Where in the source a call stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Of the function's name.
    pub(super) name: u32,
    pub(super) file: String,
    pub(super) line: u32,
}

/// A call that was inlined.
#[derive(Clone, Copy, Debug)]
struct Inlined {
    name: u32,
    /// An instruction that stands where the call did.
    at: u64,
}

/// The table.
pub(super) struct Pclntab<'a> {
    image: &'a Image,
    format: Format,
    /// Where it begins.
    pub(super) address: u64,
    names: &'a [u8],
    units: &'a [u8],
    files: &'a [u8],
    values: &'a [u8],
    records: &'a [u8],
    /// Address of the records.
    records_at: u64,
    /// Smallest distance between instructions, in bytes.
    quantum: u64,
    /// What function data is relative to; none if it is absolute or unknown.
    data: Option<u64>,
    /// In order of their entries.
    pub(super) functions: Vec<Function>,
}

impl<'a> Pclntab<'a> {
    /// Reads the table at an address, or `None` if it is of another Go or damaged.
    pub(super) fn read(image: &'a Image, address: u64) -> Option<Self> {
        let header = image.from(address)?;
        let format = Format::of(u32_at(header, 0)?)?;
        if header.get(4..6)? != [0, 0] || *header.get(7)? != 8 {
            return None;
        }
        let count = u64_at(header, 8).filter(|count| *count <= MAX_FUNCTIONS)?;
        let first = if format == Format::Go116 { 24 } else { 32 };
        let part = |index: usize| header.get(u64_at(header, first + 8 * index)? as usize..);
        let mut table = Self {
            image,
            format,
            address,
            names: part(0)?,
            units: part(1)?,
            files: part(2)?,
            values: part(3)?,
            records: part(4)?,
            records_at: address.checked_add(u64_at(header, first + 32)?)?,
            quantum: u64::from(*header.get(6)?).max(1),
            data: None,
            functions: Vec::new(),
        };
        let module = module_of(image, address)?;
        table.read_functions(count as usize, u64_at(module, MODULE_TEXT)?)?;
        if format != Format::Go116 {
            let bases = MODULE_WORDS.filter_map(|word| u64_at(module, 8 * word));
            table.data = bases.into_iter().find(|base| table.is_base(*base));
            table.data?;
        }
        Some(table)
    }

    /// `runtime.moduledata`, from its beginning.
    pub(super) fn module(&self) -> Option<&'a [u8]> {
        module_of(self.image, self.address)
    }

    /// Whether functions get their arguments in registers, on all machines whose code is read.
    pub(super) fn is_of_go_1_18_or_later(&self) -> bool {
        self.format != Format::Go116
    }

    /// Where the table ends, nearly: with the last of its functions' records.
    pub(super) fn end(&self) -> u64 {
        let last = self.functions.iter().map(|function| function.record).max().unwrap_or(0);
        self.records_at.saturating_add(last as u64)
    }

    fn read_functions(&mut self, count: usize, text: u64) -> Option<()> {
        let wide = self.format == Format::Go116;
        let size = if wide { 16 } else { 8 };
        let table = self.records.get(..count.checked_mul(size)?)?;
        let next = self.records.get(count * size..)?;
        let entry = |bytes: &[u8]| match wide {
            true => u64_at(bytes, 0),
            false => Some(text.wrapping_add(u32_at(bytes, 0)?.into())),
        };
        let ends = table.chunks_exact(size).skip(1).filter_map(entry).chain(entry(next));
        for (bytes, end) in table.chunks_exact(size).zip(ends) {
            let record = match wide {
                true => u64_at(bytes, 8)? as usize,
                false => u32_at(bytes, 4)? as usize,
            };
            let name = u32_at(self.records, record.checked_add(if wide { 8 } else { 4 })?)?;
            self.functions.push(Function { entry: entry(bytes)?, end, name, record });
        }
        self.functions.is_sorted_by_key(|function| function.entry).then_some(())
    }

    /// Name of a function by where it begins; empty if it is damaged.
    pub(super) fn name(&self, at: u32) -> &'a str {
        text(self.names, at as usize)
    }

    /// The function that begins at an address.
    pub(super) fn beginning_at(&self, entry: u64) -> Option<usize> {
        self.functions.binary_search_by_key(&entry, |function| function.entry).ok()
    }

    /// The function whose code holds an address.
    pub(super) fn holding(&self, pc: u64) -> Option<usize> {
        let after = self.functions.partition_point(|function| function.entry <= pc);
        after.checked_sub(1).filter(|&index| pc < self.functions[index].end)
    }

    /// A number of a function's record, which follows its place in the code.
    fn field(&self, function: &Function, at: usize) -> Option<u32> {
        let skip = if self.format == Format::Go116 { 4 } else { 0 };
        u32_at(self.records, function.record.checked_add(at + skip)?)
    }

    /// Where the numbers of a function's tables begin.
    fn tail(&self, function: &Function) -> Option<usize> {
        let fixed = if self.format == Format::Go118 { 40 } else { 44 };
        function.record.checked_add(fixed)
    }

    fn steps(&self, function: &Function, table: u32) -> Steps<'a> {
        let bytes = self.values.get(table as usize..).unwrap_or_default();
        // Zero stands for no table.
        let bytes = if table == 0 { &[] } else { bytes };
        let (pc, end) = (function.entry, function.end);
        Steps { bytes, pc, end, value: -1, quantum: self.quantum, first: true }
    }

    /// The value of a table at an instruction.
    fn value(&self, function: &Function, table: u32, pc: u64) -> Option<i32> {
        let mut steps = self.steps(function, table);
        steps.find(|(end, _)| pc < *end).map(|(_, value)| value)
    }

    fn place(&self, function: &Function, name: u32, pc: u64) -> Option<Place> {
        let line = self.value(function, self.field(function, 24)?, pc)?;
        let file = self.value(function, self.field(function, 20)?, pc)?;
        let unit = self.field(function, 32)?.checked_add(u32::try_from(file).ok()?)? as usize;
        let file = text(self.files, u32_at(self.units, unit.checked_mul(4)?)? as usize).to_owned();
        Some(Place { name, file, line: u32::try_from(line).ok()? })
    }

    fn inline_table(&self, function: &Function) -> u32 {
        let count = self.field(function, 28).unwrap_or(0);
        let at = self.tail(function).filter(|_| count > INLINE_INDEX);
        at.and_then(|at| u32_at(self.records, at + 4 * INLINE_INDEX as usize)).unwrap_or(0)
    }

    /// Address of the tree of a function's inlined calls.
    fn tree(&self, function: &Function, base: Option<u64>) -> Option<u64> {
        let tail = self.tail(function)?;
        let count = usize::from(*self.records.get(tail - 1)?);
        let data = tail.checked_add(4usize.checked_mul(self.field(function, 28)? as usize)?)?;
        if count <= INLINE_TREE {
            return None;
        }
        if self.format == Format::Go116 {
            // Pointers, aligned as in memory.
            let skew = (self.records_at % 8) as usize;
            let data = data.checked_add(skew)?.checked_next_multiple_of(8)? - skew;
            let tree = u64_at(self.records, data.checked_add(8 * INLINE_TREE)?);
            return tree.filter(|address| *address != 0);
        }
        let offset = u32_at(self.records, data.checked_add(4 * INLINE_TREE)?)?;
        (offset != u32::MAX).then(|| base.map(|base| base.wrapping_add(offset.into())))?
    }

    fn inlined(&self, function: &Function, tree: u64, index: i32) -> Option<Inlined> {
        let index = u64::try_from(index).ok().filter(|&index| index < MAX_INLINED as u64)?;
        let (size, name, parent) =
            if self.format == Format::Go120 { (16, 4, 8) } else { (20, 12, 16) };
        let bytes = self.image.bytes(tree.checked_add(index * size)?, size as usize)?;
        let at = function.entry.checked_add(u32_at(bytes, parent)?.into())?;
        Some(Inlined { name: u32_at(bytes, name)?, at })
    }

    /// Where an instruction stands, innermost inlined function first, the compiled one last. Empty if it is damaged.
    pub(super) fn places(&self, function: &Function, pc: u64) -> Vec<Place> {
        let (table, tree) = (self.inline_table(function), self.tree(function, self.data));
        let mut places = Vec::new();
        let mut at = pc;
        // Each is inlined into one that stands before it, so more steps than calls are damage.
        for _ in 0..64 {
            let index = self.value(function, table, at).filter(|index| *index >= 0);
            let inlined = index.zip(tree).map(|(index, tree)| self.inlined(function, tree, index));
            let Some(inlined) = inlined else {
                places.extend(self.place(function, function.name, at));
                return places;
            };
            let Some(inlined) = inlined else { return Vec::new() };
            places.extend(self.place(function, inlined.name, at));
            at = inlined.at;
        }
        Vec::new()
    }

    /// The calls that were inlined into a function: names of the callees, and an instruction where each call stood.
    pub(super) fn inlined_calls(&self, function: &Function) -> Vec<(u32, u64)> {
        let Some(tree) = self.tree(function, self.data) else { return Vec::new() };
        self.nodes(function, tree).map(|node| (node.name, node.at)).collect()
    }

    fn nodes(&self, function: &Function, tree: u64) -> impl Iterator<Item = Inlined> + '_ {
        let last = self.steps(function, self.inline_table(function)).map(|(_, value)| value).max();
        let function = *function;
        (0..=last.unwrap_or(-1).min(MAX_INLINED))
            .map_while(move |index| self.inlined(&function, tree, index))
    }

    /// Whether function data is relative to this address: then the first trees there are hold names and instructions.
    fn is_base(&self, base: u64) -> bool {
        let is_start = |at: u32| {
            let before = (at as usize).checked_sub(1).and_then(|before| self.names.get(before));
            before == Some(&0) && !self.name(at).is_empty()
        };
        let with_tree = self.functions.iter().filter(|function| self.inline_table(function) != 0);
        let mut seen = 0;
        for function in with_tree.take(TRIED) {
            let Some(tree) = self.tree(function, Some(base)) else { return false };
            let mut nodes = 0;
            for node in self.nodes(function, tree) {
                if !is_start(node.name) || node.at >= function.end {
                    return false;
                }
                nodes += 1;
            }
            if nodes == 0 {
                return false;
            }
            seen += nodes;
        }
        seen > 0
    }
}

/// The values of a table with the addresses at which each ends.
struct Steps<'a> {
    bytes: &'a [u8],
    pc: u64,
    /// Where the function ends, and with it the table.
    end: u64,
    value: i32,
    quantum: u64,
    first: bool,
}

impl Steps<'_> {
    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Iterator for Steps<'_> {
    type Item = (u64, i32);

    fn next(&mut self) -> Option<Self::Item> {
        if self.pc >= self.end {
            return None;
        }
        let change = self.varint()?;
        if change == 0 && !self.first {
            self.bytes = &[];
            return None;
        }
        self.first = false;
        let change = if change & 1 == 1 { !(change >> 1) } else { change >> 1 };
        self.value = self.value.wrapping_add(change as i32);
        let ahead = u64::from(self.varint()?).checked_mul(self.quantum)?;
        self.pc = self.pc.checked_add(ahead)?;
        Some((self.pc, self.value))
    }
}

/// Text that ends with a zero; empty if it is damaged.
fn text(table: &[u8], at: usize) -> &str {
    let Some(bytes) = table.get(at..) else { return "" };
    let bytes = &bytes[..bytes.len().min(MAX_NAME)];
    let end = memchr::memchr(0, bytes).unwrap_or(0);
    std::str::from_utf8(&bytes[..end]).unwrap_or_default()
}

/// `runtime.moduledata`, which begins with the address of the table and that of the names in it.
fn module_of(image: &Image, table: u64) -> Option<&[u8]> {
    let header = image.from(table)?;
    let names = match Format::of(u32_at(header, 0)?)? {
        Format::Go116 => u64_at(header, 24)?,
        _ => u64_at(header, 32)?,
    };
    let begins: [u8; 16] = {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&table.to_le_bytes());
        bytes[8..].copy_from_slice(&table.wrapping_add(names).to_le_bytes());
        bytes
    };
    let finder = memchr::memmem::Finder::new(&begins);
    image.parts.iter().find_map(|part| part.bytes.get(finder.find(&part.bytes)?..))
}

/// Where the table is: in its section, else where its first bytes are.
pub(super) fn find<'a>(image: &'a Image, sections: &[crate::Section]) -> Option<Pclntab<'a>> {
    let named = sections.iter().filter(|section| section.name.ends_with(".gopclntab"));
    let named = named.map(|section| section.address);
    named.filter_map(|address| Pclntab::read(image, address)).next().or_else(|| search(image))
}

fn search(image: &Image) -> Option<Pclntab<'_>> {
    image.parts.iter().find_map(|part| {
        let starts = memchr::memmem::find_iter(&part.bytes, b"\xff\xff\xff\0\0");
        let starts = starts.filter_map(|at| part.address.checked_add(at.checked_sub(1)? as u64));
        starts.filter(|at| at % 8 == 0).find_map(|at| Pclntab::read(image, at))
    })
}
