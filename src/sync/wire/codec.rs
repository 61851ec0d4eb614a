//! Bytes in and out, with nothing read past the end.

use super::WireError;

/// What is left to read of a frame.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// All of `frame`, if it is no longer than a frame may be.
    pub(super) fn new(frame: &'a [u8]) -> Result<Self, WireError> {
        if super::FRAME_MAX < frame.len() { Err(WireError::TooLarge) } else { Ok(Self(frame)) }
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(WireError::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(WireError::Cut)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, WireError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, WireError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn i64(&mut self) -> Result<i64, WireError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// A channel; the last number stands for the connection and is none.
    pub(super) fn channel(&mut self) -> Result<u16, WireError> {
        Some(self.u16()?).filter(|channel| *channel != super::CONNECTION).ok_or(WireError::Channel)
    }

    /// Sealed bytes, with their length before them.
    pub(super) fn sealed(&mut self, max: usize) -> Result<&'a [u8], WireError> {
        let len = usize::try_from(self.u32()?).unwrap_or(usize::MAX);
        if len < super::SEALED_MIN {
            return Err(WireError::TooSmall);
        }
        if max < len {
            return Err(WireError::TooLarge);
        }
        self.take(len)
    }

    /// As many items as the count before them says, at most `max`.
    pub(super) fn items<T>(
        &mut self,
        max: usize,
        read: impl Fn(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let count = usize::from(self.u16()?);
        if max < count {
            return Err(WireError::TooMany);
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::LeftOver) }
    }
}

/// A text that a length of its own stands before.
pub(super) fn text(bytes: &[u8]) -> Result<&str, WireError> {
    std::str::from_utf8(bytes).map_err(|_| WireError::Text)
}

/// `text`, cut to at most `max` bytes between two characters.
pub(super) fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}

/// Puts a length of four bytes and the bytes themselves. Longer than `u32` counts can't be held in memory by a browser,
/// and is refused by whoever reads it.
pub(super) fn put_sealed(into: &mut Vec<u8>, sealed: &[u8]) {
    into.extend_from_slice(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(sealed);
}

/// Puts how many items there are. More than `u16` counts are refused by whoever reads it.
pub(super) fn put_count(into: &mut Vec<u8>, count: usize) {
    into.extend_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
}
