//! Limits of the delay over time: its slope, and the changes of slope that measurements justify.

/// Thresholds, in the units that end their names.
pub(crate) struct Thresholds {
    /// Largest difference between two clocks, as a share: 1000 ppm, several times that of real
    /// recorders.
    pub(crate) max_drift_share: f64,
    /// Most changes of drift that are searched.
    pub(crate) max_bends: usize,
    /// Fewest measurements on each piece.
    pub(crate) min_piece_points: usize,
    /// Least factor by which a bend must fit better than chance would with its two additional
    /// parameters.
    pub(crate) min_gain_to_chance: f64,
    /// Gain that the step of reading explains, in squares of half a step. A bend must gain more.
    pub(crate) step_gain_squares: f64,
    /// Least move of the time map anywhere by a bend: less is not worth a guess.
    pub(crate) min_move_frames: f64,
    /// Fewest measurements that a bend must bring onto the time map where it does not fit so much
    /// better.
    pub(crate) min_more_points: usize,
    /// Most measurements in all for each one that it must bring.
    pub(crate) max_points_per_more: usize,
}

/// Thresholds in use.
pub(crate) const THRESHOLDS: Thresholds = Thresholds {
    max_drift_share: 1e-3,
    max_bends: 3,
    min_piece_points: 3,
    min_gain_to_chance: 15.0,
    step_gain_squares: 8.0,
    min_move_frames: 0.4,
    min_more_points: 3,
    max_points_per_more: 12,
};
