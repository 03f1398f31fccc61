//! Names of types, as the program's own type descriptors tell them (`internal/abi/type.go`; the layout of what is read
//! here has not changed from Go 1.16 to 1.27).

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::image::{Image, u32_at, u64_at};

/// Bytes of a type descriptor before what its kind adds.
const SIZE: usize = 48;
/// Bytes of the descriptor of a struct, after which that of its name and methods comes.
const STRUCT_SIZE: usize = 80;
/// Bytes of the descriptor of a struct's field.
const FIELD_SIZE: usize = 24;
/// Where a descriptor holds its flags.
const FLAGS: usize = 20;
/// Where a descriptor holds its kind.
const KIND: usize = 23;
/// Where a descriptor holds the distance to its name.
const NAME: usize = 40;
const KIND_MASK: u8 = 0x1f;
const KIND_ARRAY: u8 = 17;
const KIND_STRUCT: u8 = 25;
/// `abi.TFlagUncommon`: a descriptor of the name and methods follows.
const FLAG_UNCOMMON: u8 = 1;
/// `abi.TFlagExtraStar`: the name begins with a star that is not part of it.
const FLAG_STAR: u8 = 2;
/// Longest name that is believed, in bytes.
const MAX_NAME: usize = 4 << 10;
/// Most fields of a struct that are believed.
const MAX_FIELDS: u64 = 4 << 10;
/// How deep structs in structs are looked into.
const MAX_DEPTH: usize = 6;
/// Words of `runtime.moduledata` looked at for the base of type data: Go 1.20 to 1.27 have it at 37, Go 1.16 to 1.19 at 35.
const MODULE_WORDS: [usize; 2] = [37, 35];
/// Addresses at which a name is looked for to try a base.
const TRIED: usize = 256;
/// How many of them must have one: not every address that was taken for a descriptor's is one.
const NAMED_SHARE_MIN: f64 = 0.8;

/// The type descriptors of a program.
pub(super) struct Types<'a> {
    image: &'a Image,
    /// What distances to names are counted from.
    base: u64,
    wanted: &'a dyn Fn(&str) -> bool,
    /// What was found of a type, by its address.
    held: RefCell<FxHashMap<u64, Option<String>>>,
}

impl<'a> Types<'a> {
    /// `descriptors` are addresses of some of them, nearly all, by which the base of the names is recognised.
    pub(super) fn of(
        image: &'a Image,
        module: &[u8],
        descriptors: &[u64],
        wanted: &'a dyn Fn(&str) -> bool,
    ) -> Option<Self> {
        let mut bases = MODULE_WORDS.iter().filter_map(|word| u64_at(module, 8 * word));
        let tried = &descriptors[..descriptors.len().min(TRIED)];
        let is_base = |base: &u64| {
            let is_named =
                |at: &u64| string(image, *base, *at).is_some_and(|name| !name.is_empty());
            let named = tried.iter().filter(|at| is_named(at)).count();
            named > 0 && named as f64 >= NAMED_SHARE_MIN * tried.len() as f64
        };
        Some(Self { image, base: bases.find(is_base)?, wanted, held: RefCell::default() })
    }

    /// Which of the wanted types a value of the type is or holds: `import/path.Name`.
    pub(super) fn wanted_in(&self, descriptor: u64) -> Option<String> {
        self.held(descriptor, 0)
    }

    fn held(&self, descriptor: u64, depth: usize) -> Option<String> {
        if let Some(known) = self.held.borrow().get(&descriptor) {
            return known.clone();
        }
        // Each is looked into once, also if a damaged one holds itself.
        self.held.borrow_mut().insert(descriptor, None);
        let own = self.name(descriptor).filter(|name| (self.wanted)(name));
        let found = own.or_else(|| {
            let parts = if depth < MAX_DEPTH { self.parts(descriptor) } else { Vec::new() };
            parts.into_iter().find_map(|part| self.held(part, depth + 1))
        });
        self.held.borrow_mut().insert(descriptor, found.clone());
        found
    }

    /// The types of what a value holds within itself.
    fn parts(&self, descriptor: u64) -> Vec<u64> {
        let parts = || {
            let bytes = self.image.bytes(descriptor, STRUCT_SIZE)?;
            match bytes[KIND] & KIND_MASK {
                KIND_ARRAY => Some(vec![u64_at(bytes, SIZE)?]),
                KIND_STRUCT => {
                    let (fields, count) = (u64_at(bytes, SIZE + 8)?, u64_at(bytes, SIZE + 16)?);
                    let count = Some(count).filter(|count| *count <= MAX_FIELDS)? as usize;
                    let fields = self.image.bytes(fields, count * FIELD_SIZE)?;
                    Some(fields.chunks_exact(FIELD_SIZE).filter_map(|f| u64_at(f, 8)).collect())
                }
                _ => None,
            }
        };
        parts().unwrap_or_default()
    }

    /// The name of a struct type that has one, with the path of its package.
    fn name(&self, descriptor: u64) -> Option<String> {
        let bytes = self.image.bytes(descriptor, STRUCT_SIZE + 4)?;
        if bytes[KIND] & KIND_MASK != KIND_STRUCT || bytes[FLAGS] & FLAG_UNCOMMON == 0 {
            return None;
        }
        let package = u32_at(bytes, STRUCT_SIZE)?;
        let package = name_at(self.image, self.base.wrapping_add(package.into()))?;
        let (_, own) = string(self.image, self.base, descriptor)?.split_once('.')?;
        Some(format!("{package}.{own}"))
    }
}

/// A type as written, with the last element of its package's path: `http2.Transport`.
fn string(image: &Image, base: u64, descriptor: u64) -> Option<&str> {
    let bytes = image.bytes(descriptor, SIZE)?;
    let name = name_at(image, base.wrapping_add(u32_at(bytes, NAME)?.into()))?;
    match bytes[FLAGS] & FLAG_STAR {
        0 => Some(name),
        _ => name.strip_prefix('*'),
    }
}

/// A name: flags, its length, and the text.
fn name_at(image: &Image, address: u64) -> Option<&str> {
    let bytes = image.from(address)?;
    let (length, text): (usize, usize) = match *bytes.get(1..3)? {
        // Two bytes before Go 1.17; no name that is read here is empty.
        [0, low] => (usize::from(low), 3),
        [low, _] if low < 0x80 => (usize::from(low), 2),
        [low, high] => (usize::from(low & 0x7f) | usize::from(high) << 7, 3),
        _ => return None,
    };
    let text = bytes.get(text..text.checked_add(length)?)?;
    let text = std::str::from_utf8(text).ok()?;
    (length <= MAX_NAME && !text.contains(char::is_control)).then_some(text)
}
