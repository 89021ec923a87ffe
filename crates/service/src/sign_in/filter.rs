//! Whether a word is one of very many, from a file much smaller than they are (a Bloom filter): every one of them is found,
//! and so is one in a thousand of all others.
//!
//! `examples/common_passwords.rs` writes the file.

use sha2::{Digest as _, Sha256};

/// Bits that a word sets. Best for 14 to 15 bits a word.
const BITS_OF_A_WORD: u64 = 10;

/// Bytes and masks of the bits of a word, as [`normal`] makes it.
pub fn bits(word: &str, bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    let digest = Sha256::digest(word.as_bytes());
    let half = |at: usize| {
        let mut half = [0; 8];
        half.copy_from_slice(digest.get(at..at + 8).unwrap_or(&[0; 8]));
        u64::from_le_bytes(half)
    };
    // Two hashes stand for ten. The second is odd, so that no bit comes twice.
    let (first, step) = (half(0), half(8) | 1);
    let all = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(8).max(1);
    (0..BITS_OF_A_WORD).map(move |turn| {
        let bit = first.wrapping_add(turn.wrapping_mul(step)) % all;
        (usize::try_from(bit / 8).unwrap_or(0), 1 << (bit % 8))
    })
}

/// Case makes no difference.
pub fn normal(word: &str) -> String {
    word.to_lowercase()
}

pub fn has(filter: &[u8], word: &str) -> bool {
    bits(&normal(word), filter.len())
        .all(|(byte, mask)| filter.get(byte).is_some_and(|known| known & mask != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_went_in_is_found_and_nearly_no_other() {
        let mut filter = vec![0_u8; 1000 * 15 / 8];
        for number in 0..1000 {
            let word = normal(&format!("Word {number}"));
            for (byte, mask) in bits(&word, filter.len()) {
                filter[byte] |= mask;
            }
        }
        assert!((0..1000).all(|number| has(&filter, &format!("wORD {number}"))));
        let others = (1000..11_000).filter(|number| has(&filter, &format!("word {number}")));
        let count = others.count();
        assert!(count < 40, "{count} of 10,000");
    }
}
