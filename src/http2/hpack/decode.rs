//! Reading field blocks (RFC 7541 §3, §6). An error here ends the connection: the two sides' tables
//! would differ from then on (RFC 9113 §4.3). A line that is merely flawed is passed on as that, so
//! that its message alone fails.

use super::{
    super::field::{Field, Name},
    huffman, integer,
    table::{OVERHEAD, Table},
};

/// The dynamic table's size, bytes; what both sides begin with (RFC 9113 §6.5.2).
const TABLE_SIZE: usize = 4096;

/// A block that can't be decoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) struct BlockError;

/// Decodes the blocks of one connection, in order.
pub(in super::super) struct Decoder {
    table: Table,
    scratch: Vec<u8>,
}

impl Decoder {
    pub(in super::super) fn new() -> Self {
        Self {
            table: Table::new(TABLE_SIZE),
            scratch: Vec::new(),
        }
    }

    /// Hands each line of a block to `take`, with its size as lists count it (RFC 9113 §6.5.2).
    pub(in super::super) fn decode(
        &mut self,
        mut block: &[u8],
        mut take: impl FnMut(Field, usize),
    ) -> Result<(), BlockError> {
        let mut begun = false;
        while let Some(first) = block.first() {
            match *first {
                0x80.. => {
                    let index = integer::read(&mut block, 7)?;
                    let (field, size) = self.table.field(index).ok_or(BlockError)?;
                    take(field, size);
                }
                0x40.. => {
                    let (name, field, size) = self.literal(&mut block, 6)?;
                    self.table.add(name, field.clone(), size);
                    take(field, size);
                }
                // A change of the table's size, only before the first line (RFC 7541 §4.2).
                0x20.. => {
                    let size = integer::read(&mut block, 5)?;
                    if begun || size > TABLE_SIZE {
                        return Err(BlockError);
                    }
                    self.table.resize(size);
                    continue;
                }
                _ => {
                    let (_, field, size) = self.literal(&mut block, 4)?;
                    take(field, size);
                }
            }
            begun = true;
        }
        Ok(())
    }

    fn literal(
        &mut self,
        block: &mut &[u8],
        prefix: u32,
    ) -> Result<((Name, usize), Field, usize), BlockError> {
        let (name, length) = match integer::read(block, prefix)? {
            0 => {
                let name = string(block, &mut self.scratch)?;
                (Name::parse(name), name.len())
            }
            index => self.table.name(index).ok_or(BlockError)?,
        };
        let value = string(block, &mut self.scratch)?;
        let field = Field::parse(&name, value);
        let size = length + value.len() + OVERHEAD;
        Ok(((name, length), field, size))
    }

    /// Gives back what is not needed between blocks.
    pub(in super::super) fn rest(&mut self) {
        /// Enough for a usual block.
        const KEPT: usize = 512;
        if self.scratch.capacity() > KEPT {
            self.scratch = Vec::new();
        }
    }

    #[cfg(test)]
    pub(super) fn table_size(&self) -> usize {
        self.table.size()
    }
}

/// Reads a string (RFC 7541 §5.2).
fn string<'a, 'b: 'a>(
    block: &mut &'b [u8],
    scratch: &'a mut Vec<u8>,
) -> Result<&'a [u8], BlockError> {
    let is_coded = block.first().is_some_and(|first| first & 0x80 != 0);
    let length = integer::read(block, 7)?;
    let (text, rest) = block.split_at_checked(length).ok_or(BlockError)?;
    *block = rest;
    if !is_coded {
        return Ok(text);
    }
    scratch.clear();
    huffman::decode(text, scratch)?;
    Ok(scratch)
}
