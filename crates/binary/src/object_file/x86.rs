//! Instructions of x86, by the decoder and the formatters of `iced-x86`.

use std::rc::Rc;

use iced_x86::{
    Decoder, DecoderOptions, Formatter, GasFormatter, Instruction as X86, IntelFormatter,
    SymbolResolver, SymbolResult,
};

use super::SymbolTable;
use super::assembly::{Instruction, Syntax, symbolic, unreadable};

/// Decodes all bytes; one that begins no instruction is passed over.
pub(super) fn decode(
    bytes: &[u8],
    start: u64,
    bits: u32,
    syntax: Syntax,
    symbols: &Rc<SymbolTable>,
) -> Vec<Instruction> {
    let names = Box::new(Names(Rc::clone(symbols)));
    let mut formatter: Box<dyn Formatter> = match syntax {
        Syntax::Gnu => Box::new(GasFormatter::with_options(Some(names), None)),
        Syntax::Intel => Box::new(IntelFormatter::with_options(Some(names), None)),
    };
    let options = formatter.options_mut();
    options.set_uppercase_hex(false);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_space_after_operand_separator(true);
    let mut decoder = Decoder::with_ip(bits, bytes, start, DecoderOptions::NONE);
    let mut instructions = Vec::new();
    let mut instruction = X86::default();
    while decoder.can_decode() {
        let at = decoder.position();
        let address = start.wrapping_add(at as u64);
        decoder.set_ip(address);
        decoder.decode_out(&mut instruction);
        if instruction.is_invalid() {
            instructions.push(unreadable(address));
            // It is inside the bytes: there was one to decode.
            let _ = decoder.set_position(at + 1);
            continue;
        }
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        instructions.push(Instruction { address, text, ..Instruction::default() });
    }
    instructions
}

/// Names for what instructions jump to and for data that they address relative to themselves. Other numbers may be equal
/// to an address by chance.
struct Names(Rc<SymbolTable>);

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &X86,
        _operand: u32,
        _instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        let is_target = instruction.near_branch_target() == address;
        let is_data = instruction.is_ip_rel_memory_operand()
            && instruction.ip_rel_memory_address() == address;
        let name = symbolic(address, &self.0).filter(|_| is_target || is_data)?;
        Some(SymbolResult::with_string(address, name))
    }
}
