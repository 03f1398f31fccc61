//! Instructions of arm64, by the decoder of `yaxpeax-arm`.

use yaxpeax_arch::{Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::{InstDecoder, Opcode, Operand};

use super::SymbolTable;
use super::assembly::{Instruction, symbolic, unreadable};

/// Bytes of an instruction.
const SIZE: usize = 4;
/// Bytes of what `adrp` counts.
const PAGE: u64 = 4096;

/// Decodes all whole words.
pub(super) fn decode(bytes: &[u8], start: u64, symbols: &SymbolTable) -> Vec<Instruction> {
    let words = bytes.chunks(SIZE).zip((start..).step_by(SIZE));
    words.map(|(word, address)| one(word, address, symbols)).collect()
}

fn one(word: &[u8], address: u64, symbols: &SymbolTable) -> Instruction {
    let decoder = InstDecoder::default();
    let Ok(decoded) = decoder.decode(&mut U8Reader::new(word)) else { return unreadable(address) };
    let mut text = decoded.to_string();
    let offset = decoded.operands.iter().find_map(|operand| match operand {
        Operand::PCOffset(offset) => Some(*offset),
        _ => None,
    });
    // The decoder writes what is relative to the instruction as `$+0x10`.
    if let Some(offset) = offset
        && let Some((before, _)) = text.split_once('$')
    {
        let base = if decoded.opcode == Opcode::ADRP { address & !(PAGE - 1) } else { address };
        let target = base.wrapping_add_signed(offset);
        let name = symbolic(target, symbols).map(|name| format!(" <{name}>")).unwrap_or_default();
        text = format!("{before}{target:#x}{name}");
    }
    Instruction { address, text, ..Instruction::default() }
}
