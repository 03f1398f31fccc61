//! The text profiles of `?debug=1`.

use super::{Contents, Format};
use crate::text;

pub(super) const FORMAT: Format = Format {
    recognise: text::looks_like_text_profile,
    read: |input, limits, problems| {
        let (profile, stats) = input.in_memory(limits, problems, text::read)?;
        Ok(Contents::Profile(Box::new(profile), stats.map(Box::new)))
    },
};
