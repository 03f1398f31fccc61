//! Multiplying the values of a profile.

use super::{MergeError, headers};
use crate::model::Profile;

impl Profile {
    /// Multiplies all values by `ratio`, rounds them and drops samples of zeros only. A ratio of 1 changes nothing.
    pub fn scale(&mut self, ratio: f64) {
        by(self, &vec![ratio; self.sample_types.len()]);
    }

    /// Multiplies the values of each sample type by a ratio of its own, and rounds them. Samples go whose multiplied
    /// values are all zero; values with the ratio 1 do not count for that, as in pprof.
    ///
    /// # Errors
    /// If there are not as many ratios as sample types.
    pub fn scale_each(&mut self, ratios: &[f64]) -> Result<(), MergeError> {
        let want = self.sample_types.len();
        if ratios.len() != want {
            return Err(MergeError::Ratios { got: ratios.len(), want });
        }
        by(self, ratios);
        Ok(())
    }

    /// Multiplies all values by `ratio` and cuts the fraction off; no sample goes.
    pub fn scale_truncating(&mut self, ratio: f64) {
        for index in 0..self.samples.len() {
            for value in self.samples.values_mut(index) {
                *value = go_int64(*value as f64 * ratio);
            }
        }
    }

    /// Scales the values of each sample type so that their sum is that of `base`; to zero where the sum is zero.
    ///
    /// # Errors
    /// If the types of the two profiles are not equal.
    pub fn normalize(&mut self, base: &Profile) -> Result<(), MergeError> {
        headers::check_equal_types(self, base)?;
        let ratio = |(base, own): (i64, i64)| if own == 0 { 0.0 } else { base as f64 / own as f64 };
        let ratios: Vec<f64> = sums(base).into_iter().zip(sums(self)).map(ratio).collect();
        by(self, &ratios);
        Ok(())
    }
}

/// See [`Profile::scale_each`]; ratios are as many as sample types.
pub(super) fn by(profile: &mut Profile, ratios: &[f64]) {
    if ratios.iter().all(|ratio| *ratio == 1.0) {
        return;
    }
    let mut zeros = vec![false; profile.samples.len()];
    for (index, is_zero) in zeros.iter_mut().enumerate() {
        *is_zero = true;
        for (value, ratio) in profile.samples.values_mut(index).iter_mut().zip(ratios) {
            if *ratio != 1.0 {
                *value = go_int64((*value as f64 * ratio).round());
                *is_zero &= *value == 0;
            }
        }
    }
    if zeros.contains(&true) {
        profile.forget_unknown_fields();
        profile.samples.retain(|_, index| !zeros[index]);
    }
}

/// Sum of each value over all samples, wrapping as in Go.
fn sums(profile: &Profile) -> Vec<i64> {
    let mut sums = vec![0i64; profile.sample_types.len()];
    for index in 0..profile.samples.len() {
        for (sum, value) in sums.iter_mut().zip(profile.samples.values(index)) {
            *sum = sum.wrapping_add(*value);
        }
    }
    sums
}

/// Go's conversion on x86-64: what does not fit becomes the smallest number.
pub(crate) fn go_int64(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) { value as i64 } else { i64::MIN }
}
