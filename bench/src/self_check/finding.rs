//! The finding of one check.

/// The finding of one check.
pub(super) struct Finding {
    /// The claim that must hold.
    pub(super) claim: String,
    pub(super) holds: bool,
    /// The figures behind it, a line each.
    pub(super) figures: Vec<String>,
}
