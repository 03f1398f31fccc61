//! pprof protobuf.

use super::{Contents, Format};
use crate::proto;

pub(super) const FORMAT: Format = Format {
    recognise: proto::looks_like_profile,
    read: |input, limits, problems| {
        let profile = input.in_memory(limits, problems, proto::decode)?;
        Ok(Contents::Profile(Box::new(profile), None))
    },
};
