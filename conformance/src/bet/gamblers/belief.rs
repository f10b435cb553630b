/// How often the other bit was what, and this one what: `[other][this]`.
pub(in crate::bet) type Pairs = [[u64; 2]; 2];

/// The belief that a bit goes with a certain other one `e`: it is 1 with probability
/// `q + ρ·(e - q)`. A correlation, and the logarithms by which the likelihood changes for each kind of
/// pair.
pub(super) struct Belief {
    pub(super) correlation: f64,
    logs: [[f64; 2]; 2],
}

impl Belief {
    pub(super) fn of(keep: f64, correlation: f64) -> Belief {
        let logs = |earlier: f64| {
            let believed = keep + correlation * (earlier - keep);
            [((1.0 - believed) / (1.0 - keep)).ln(), (believed / keep).ln()]
        };
        Belief { correlation, logs: [logs(0.0), logs(1.0)] }
    }

    /// The wealth of one who believes so, after these pairs.
    pub(super) fn ln(&self, pairs: &Pairs) -> f64 {
        let each = pairs.iter().flatten().zip(self.logs.iter().flatten());
        each.map(|(&count, log)| if count == 0 { 0.0 } else { count as f64 * log }).sum()
    }
}
