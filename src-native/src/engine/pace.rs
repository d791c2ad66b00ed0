//! Whether a short program runs faster on all threads or on one, found out while it runs.
//!
//! A step of a network that writes text reads some megabytes of weights for a few operations: two threads read twice as
//! much, but where another program has the second core, they wait for each other five times as long as one takes alone.
//! Elements are computed whole by one thread, so either way gives the same bits.

use std::time::Duration;

/// On how many threads a run takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    All,
    Alone,
}

/// Runs of a try of the slower way.
const TRY: u32 = 16;
/// Runs between two tries, at first and at most.
const BETWEEN: (u32, u32) = (64, 4096);
/// What the newest run counts for, and by how many times it may differ from the runs before: one that waited for the
/// processor says little.
const NEWEST: (f64, f64) = (0.125, 2.0);
/// So many times as long as the other way: that is tried at once.
const SLOWER: f64 = 1.1;

/// The times of a program's runs, and which way is next.
#[derive(Debug)]
pub struct Pace {
    way: Way,
    /// Seconds of a run on all threads, and on one; infinite while unknown.
    seconds: [f64; 2],
    /// Whether `way` is tried; else it is the faster one.
    trying: bool,
    /// Runs until that changes.
    left: u32,
    between: u32,
}

impl Default for Pace {
    fn default() -> Self {
        let (left, between) = (BETWEEN.0, BETWEEN.0);
        Pace { way: Way::All, seconds: [f64::INFINITY; 2], trying: false, left, between }
    }
}

impl Pace {
    /// How the next run is to take place.
    pub fn way(&self) -> Way {
        self.way
    }

    /// Takes in what a run took that took place so.
    pub fn took(&mut self, time: Duration) {
        let (time, own) = (time.as_secs_f64(), self.way as usize);
        let before = self.seconds[own];
        self.seconds[own] = if before.is_finite() {
            let (weight, most) = NEWEST;
            before + weight * (time.clamp(before / most, before * most) - before)
        } else {
            time
        };
        self.left = self.left.saturating_sub(1);
        let slower = self.seconds[own] > SLOWER * self.seconds[1 - own];
        if self.trying {
            if self.left == 0 {
                let [all, alone] = self.seconds;
                self.decide(if alone < all { Way::Alone } else { Way::All });
            }
        } else if self.left == 0 || slower {
            self.way = if self.way == Way::All { Way::Alone } else { Way::All };
            // What it took before is out of date.
            self.seconds[self.way as usize] = f64::INFINITY;
            (self.trying, self.left) = (true, TRY);
        }
    }

    /// After a try: the faster way goes on. What lost again may wait longer for the next.
    fn decide(&mut self, faster: Way) {
        self.between = if faster == self.way { BETWEEN.0 } else { (2 * self.between).min(BETWEEN.1) };
        (self.way, self.trying, self.left) = (faster, false, self.between);
    }
}

#[cfg(test)]
mod test {
    use super::*;

    /// The share of runs on all threads, where a run takes so many microseconds on all and on one.
    fn share(pace: &mut Pace, runs: usize, all: u64, alone: u64) -> f64 {
        let mut shared = 0;
        for _ in 0..runs {
            let way = pace.way();
            shared += usize::from(way == Way::All);
            pace.took(Duration::from_micros(if way == Way::All { all } else { alone }));
        }
        shared as f64 / runs as f64
    }

    #[test]
    fn the_faster_way_is_taken_and_the_other_tried_now_and_then() {
        let mut pace = Pace::default();
        let all = share(&mut pace, 20_000, 130, 250);
        assert!(all > 0.98 && all < 1.0, "{all}");
        let mut pace = Pace::default();
        let all = share(&mut pace, 20_000, 60, 10);
        assert!(all < 0.02 && all > 0.0, "{all}");
    }

    #[test]
    fn a_core_that_others_take_and_give_back_is_noticed() {
        let mut pace = Pace::default();
        share(&mut pace, 10_000, 130, 250);
        assert!(share(&mut pace, 10_000, 1200, 250) < 0.02);
        share(&mut pace, 5_000, 130, 250);
        assert!(share(&mut pace, 10_000, 130, 250) > 0.99);
    }

    #[test]
    fn one_slow_run_changes_little() {
        let mut pace = Pace::default();
        share(&mut pace, 1000, 130, 250);
        pace.took(Duration::from_millis(9));
        assert!(share(&mut pace, 1000, 130, 250) > 0.9);
    }
}
