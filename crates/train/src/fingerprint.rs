/// A number that what was taken fixes, mostly (FNV-1a of words, the upper half mixed into the lower after each: a sign is one bit, the uppermost).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// Of nothing yet.
    pub(crate) fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    /// What a [number](Fingerprint::number) stood for.
    pub(crate) fn of(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn take(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}
