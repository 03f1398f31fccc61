//! Where memory is taken for values of a type: calls of the allocator with the address of the type's descriptor.
//!
//! A type that a generic function gets as its argument is not seen, nor are variables of packages, of which there is one.

use rustc_hash::FxHashSet;

use super::code::{self, addresses};
use super::image::Image;
use super::pclntab::{Pclntab, Place};
use super::types::Types;

/// First words of the names of functions that take memory for a value of the type that they are told. Go 1.26 and later
/// have one for each size (`runtime.mallocgcSmallScanNoHeaderSC5`).
const ALLOCATORS: [&str; 5] = [
    "runtime.newobject",
    "runtime.mallocgc",
    "runtime.newarray",
    "runtime.makeslice",
    "runtime.growslice",
];

/// How far from its call an argument is put into its register, in bytes at most: before a call there are its other
/// arguments and what is saved across it.
const ARGUMENT_REACH: u64 = 96;

/// A line that takes memory for a value of a wanted type.
pub(super) struct MadeAt {
    pub(super) place: Place,
    pub(super) of: String,
}

/// A call of the allocator, and an address in a register before it: if it is that of a descriptor, the type's.
#[derive(Clone, Copy)]
struct Allocation {
    at: u64,
    descriptor: u64,
}

pub(super) fn made(
    image: &Image,
    table: &Pclntab<'_>,
    direct: &[code::Call],
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<MadeAt> {
    let allocations = allocations(image, table, direct);
    let mut descriptors: Vec<u64> = last_before_calls(&allocations).collect();
    descriptors.sort_unstable();
    descriptors.dedup();
    let module = table.module().unwrap_or_default();
    let Some(types) = Types::of(image, module, &descriptors, wanted) else { return Vec::new() };
    let found = allocations.iter().filter_map(|one| {
        let of = types.wanted_in(one.descriptor)?;
        let holder = table.holding(one.at)?;
        let place = table.places(&table.functions[holder], one.at).into_iter().next()?;
        Some(MadeAt { place, of })
    });
    found.collect()
}

/// Of each call the address that was put into a register last.
fn last_before_calls(allocations: &[Allocation]) -> impl Iterator<Item = u64> {
    let next = allocations.iter().skip(1).map(|one| Some(one.at)).chain([None]);
    let is_last = |(one, next): &(&Allocation, Option<u64>)| *next != Some(one.at);
    allocations.iter().zip(next).filter(is_last).map(|(one, _)| one.descriptor)
}

fn allocations(image: &Image, table: &Pclntab<'_>, direct: &[code::Call]) -> Vec<Allocation> {
    let is_allocator = |function: &u32| {
        let name = table.name(table.functions[*function as usize].name);
        ALLOCATORS.iter().any(|allocator| name.starts_with(allocator))
    };
    let allocators: FxHashSet<u32> =
        (0..table.functions.len() as u32).filter(is_allocator).collect();
    let mut found = Vec::new();
    addresses(image, |at, address| {
        let next = direct.partition_point(|call| call.at < at);
        if let Some(call) = direct.get(next)
            && call.at - at <= ARGUMENT_REACH
            && allocators.contains(&call.to)
            && image.bytes(address, 1).is_some()
        {
            found.push(Allocation { at: call.at, descriptor: address });
        }
    });
    found
}
