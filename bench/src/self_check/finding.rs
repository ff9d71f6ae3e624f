//! What one of the checks has found.

/// What one of the checks has found.
pub(super) struct Finding {
    /// What must hold.
    pub(super) claim: String,
    pub(super) holds: bool,
    /// The figures behind it, a line each.
    pub(super) figures: Vec<String>,
}
