//! Calls of what a register or memory holds, methods of interfaces and function values, that may come before another call.
//!
//! What a function calls on its way out, deferred or because of an error, is left out: from there the way leads to no
//! further call.

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction};
use rustc_hash::FxHashSet;

use super::image::{Image, Machine};
use super::pclntab::Function;

/// Addresses of the calls in a function from which one of the instructions at `targets` is reached.
pub(super) fn unnamed_before(
    image: &Image,
    function: &Function,
    targets: &FxHashSet<u64>,
) -> Vec<u64> {
    let size = function.end.saturating_sub(function.entry) as usize;
    let Some(code) = image.bytes(function.entry, size) else { return Vec::new() };
    let steps = match image.machine {
        Machine::X86 => steps_x86(code, function.entry),
        Machine::Arm => steps_arm(code, function.entry),
    };
    let before = before(&steps, targets);
    let unnamed = steps.iter().enumerate().filter(|(_, step)| step.is_unnamed_call);
    unnamed.filter(|(index, _)| before.contains(index)).map(|(_, step)| step.at).collect()
}

/// An instruction, as far as the order of calls goes.
struct Step {
    at: u64,
    is_unnamed_call: bool,
    /// Whether the next instruction may follow.
    falls_through: bool,
    /// Where it jumps to.
    jump: Jump,
}

enum Jump {
    Nowhere,
    To(u64),
    /// Anywhere in the function: the table of a `switch`.
    Anywhere,
}

/// Indices of the instructions from which a target is reached.
fn before(steps: &[Step], targets: &FxHashSet<u64>) -> FxHashSet<usize> {
    let index_of = |at: u64| steps.binary_search_by_key(&at, |step| step.at).ok();
    let mut origins: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut anywhere = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if step.falls_through && index + 1 < steps.len() {
            origins[index + 1].push(index);
        }
        match step.jump {
            Jump::To(to) => index_of(to).into_iter().for_each(|to| origins[to].push(index)),
            Jump::Anywhere => anywhere.push(index),
            Jump::Nowhere => {}
        }
    }
    let mut waiting: Vec<usize> = targets.iter().filter_map(|target| index_of(*target)).collect();
    if !waiting.is_empty() {
        waiting.extend(anywhere);
    }
    let mut seen: FxHashSet<usize> = FxHashSet::default();
    while let Some(index) = waiting.pop() {
        waiting.extend(origins[index].iter().filter(|origin| seen.insert(**origin)));
    }
    seen
}

fn steps_x86(code: &[u8], entry: u64) -> Vec<Step> {
    let decoder = Decoder::with_ip(64, code, entry, DecoderOptions::NONE);
    let step = |instruction: Instruction| {
        let flow = instruction.flow_control();
        let near = instruction.near_branch_target();
        Step {
            at: instruction.ip(),
            is_unnamed_call: flow == FlowControl::IndirectCall,
            falls_through: !matches!(
                flow,
                FlowControl::Return
                    | FlowControl::UnconditionalBranch
                    | FlowControl::IndirectBranch
            ) && instruction.code() != Code::Ud2,
            jump: match flow {
                FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => Jump::To(near),
                FlowControl::IndirectBranch => Jump::Anywhere,
                _ => Jump::Nowhere,
            },
        }
    };
    decoder.into_iter().map(step).collect()
}

fn steps_arm(code: &[u8], entry: u64) -> Vec<Step> {
    let words = code.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_le_bytes));
    let step = |(index, word): (usize, u32)| {
        let at = entry.wrapping_add(4 * index as u64);
        // A distance of so many bits, counted in instructions, from a place in the word.
        let to = |place: u32, bits: u32| {
            let distance = (word >> place << (32 - bits)) as i32 >> (32 - bits);
            Jump::To(at.wrapping_add_signed(4 * i64::from(distance)))
        };
        let is_return = word & 0xffff_fc1f == 0xd65f_0000;
        let is_jump = word & 0xfc00_0000 == 0x1400_0000;
        let is_unnamed_jump = word & 0xffff_fc1f == 0xd61f_0000;
        let jump = match word {
            _ if is_jump => to(0, 26),
            _ if is_unnamed_jump => Jump::Anywhere,
            // b.cond; cbz and cbnz; tbz and tbnz.
            _ if word & 0xff00_0010 == 0x5400_0000 => to(5, 19),
            _ if word & 0x7e00_0000 == 0x3400_0000 => to(5, 19),
            _ if word & 0x7e00_0000 == 0x3600_0000 => to(5, 14),
            _ => Jump::Nowhere,
        };
        let is_unnamed_call = word & 0xffff_fc1f == 0xd63f_0000;
        let falls_through = !is_return && !is_jump && !is_unnamed_jump;
        Step { at, is_unnamed_call, falls_through, jump }
    };
    words.enumerate().map(step).collect()
}
