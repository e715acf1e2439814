//! What a device says of itself.

/// What a device says of itself, for people. Nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Its generation and its driver.
    pub driver: String,
    /// Bytes of its memory, whoever uses them; 0 where it does not say.
    pub memory: u64,
    /// What the matrix products are made of.
    pub kernels: String,
}
