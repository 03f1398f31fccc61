//! Colours by share of the total: grey for nothing, red for all of it, green for as much less.

/// What is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Borders and edges: dark.
    Line,
    /// The inside of boxes: light.
    Fill,
}

/// How far colours are moved away from grey, so that small shares can be told apart too.
const SHIFT: f64 = 0.7;

/// Shares below which colours turn grey.
const GREY_BELOW: f64 = 0.2;

/// The colour of a share between −1 and 1, as `#rrggbb`.
pub(super) fn colour(share: f64, ground: Ground) -> String {
    let (saturation, value) = match ground {
        Ground::Line => (1.0, 0.7),
        Ground::Fill => (0.1, 0.93),
    };
    // A share of nothing is no number, and stays so as in Go.
    let share = if share.is_nan() { share } else { share.clamp(-1.0, 1.0) };
    let size = share.abs();
    let saturation = if size < GREY_BELOW { saturation * (size / GREY_BELOW) } else { saturation };
    let shifted = size.powf(1.0 - SHIFT);
    let less = value * (1.0 - saturation * shifted);
    let (red, green) = if share < 0.0 { (less, value) } else { (value, less) };
    let blue = value * (1.0 - saturation);
    let byte = |part: f64| (part * 255.0) as u8;
    format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As pprof of Go 1.27.3 writes them.
    #[test]
    fn colours_go_from_green_over_grey_to_red() {
        for (share, line, fill) in [
            (1.0, "#b20000", "#edd5d5"),
            (0.0, "#b2b2b2", "#ededed"),
            (-1.0, "#00b200", "#d5edd5"),
            (0.05, "#b2a085", "#edeae7"),
        ] {
            assert_eq!(colour(share, Ground::Line), line, "{share}");
            assert_eq!(colour(share, Ground::Fill), fill, "{share}");
        }
    }
}
