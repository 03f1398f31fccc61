//! The colours of a picture that may only have 256: those that it has most of, and some of all kinds.

/// Bits of each part of a colour that are told apart.
const BITS: u32 = 5;

/// Most colours that are taken from the picture. The others make up all combinations of [`LEVELS`].
const MOST: usize = 256 - LEVELS.len().pow(3);

/// Strengths of red, green and blue of which no colour is far.
const LEVELS: [u8; 4] = [0, 85, 170, 255];

/// Colours, and which of them stands for each other.
pub(super) struct Palette {
    colours: Vec<[u8; 3]>,
    /// By colour, with [`BITS`] of each part.
    indices: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Bin {
    count: u64,
    sums: [u64; 3],
}

impl Bin {
    fn mean(&self) -> [u8; 3] {
        self.sums.map(|sum| (sum / self.count.max(1)) as u8)
    }
}

impl Palette {
    pub(super) fn of(pixels: &[[u8; 4]]) -> Self {
        let mut bins = vec![Bin::default(); 1 << (3 * BITS)];
        for &[red, green, blue, _] in pixels {
            let bin = &mut bins[bin_of([red, green, blue])];
            bin.count += 1;
            for (sum, part) in bin.sums.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(part);
            }
        }
        let mut used: Vec<usize> = (0..bins.len()).filter(|&bin| bins[bin].count > 0).collect();
        used.sort_by_key(|&bin| (std::cmp::Reverse(bins[bin].count), bin));
        let mut colours: Vec<[u8; 3]> =
            used.iter().take(MOST).map(|&bin| bins[bin].mean()).collect();
        for red in LEVELS {
            colours.extend(LEVELS.iter().flat_map(|&green| LEVELS.map(|blue| [red, green, blue])));
        }
        let mut indices = vec![0; bins.len()];
        for (place, &bin) in used.iter().enumerate() {
            let nearest = if place < MOST { place } else { nearest(bins[bin].mean(), &colours) };
            indices[bin] = nearest as u8;
        }
        Self { colours, indices }
    }

    /// Red, green and blue of each colour.
    pub(super) fn colours(&self) -> &[u8] {
        self.colours.as_flattened()
    }

    pub(super) fn index(&self, [red, green, blue, _]: [u8; 4]) -> u8 {
        self.indices[bin_of([red, green, blue])]
    }
}

fn bin_of(colour: [u8; 3]) -> usize {
    colour.iter().fold(0, |bin, &part| bin << BITS | usize::from(part >> (8 - BITS)))
}

fn nearest(colour: [u8; 3], colours: &[[u8; 3]]) -> usize {
    let distance = |other: &[u8; 3]| -> u32 {
        colour.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    (0..colours.len()).min_by_key(|&at| distance(&colours[at])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Palette;

    #[test]
    fn frequent_colours_are_kept_and_others_are_near() {
        let mut pixels = vec![[255, 255, 255, 255]; 1000];
        pixels.extend((0..=255u8).flat_map(|red| [[red, 0, 0, 255], [red, 0, 99, 255]]));
        pixels.extend((0..=255u8).flat_map(|blue| [[0, 200, blue, 255], [0, blue, 200, 255]]));
        pixels.extend((0..=255u8).flat_map(|red| (0..16).map(move |g| [red, g * 16, 77, 255])));
        let palette = Palette::of(&pixels);
        assert!(palette.colours().len() <= 256 * 3);
        let colour = |pixel| {
            let at = usize::from(palette.index(pixel)) * 3;
            <[u8; 3]>::try_from(&palette.colours()[at..at + 3]).unwrap()
        };
        assert_eq!(colour([255, 255, 255, 255]), [255; 3]);
        for pixel in pixels {
            let near = colour(pixel);
            let parts = pixel.iter().zip(near).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2));
            // Half the way between two levels, and what is told apart of a colour, in each part.
            assert!(parts.sum::<u32>() <= 3 * (43 + 8) * (43 + 8), "{pixel:?} {near:?}");
        }
    }
}
