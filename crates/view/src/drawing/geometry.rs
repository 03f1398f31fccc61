//! Points and curves, in points of 1/72 inch; y grows downwards.

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Width and height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

/// Bézier curves of third degree, each from the end of the one before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(crate) start: Point,
    /// Two control points and the end.
    pub(crate) curves: Vec<[Point; 3]>,
}

pub(crate) const fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    pub(crate) fn moved(self, by: Point) -> Self {
        point(self.x + by.x, self.y + by.y)
    }

    /// The point at a share of the way to another.
    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        point(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }
}

impl Rect {
    pub(crate) fn around(centre: Point, size: Size) -> Self {
        let (x, y) = (size.width / 2.0, size.height / 2.0);
        Self { left: centre.x - x, top: centre.y - y, right: centre.x + x, bottom: centre.y + y }
    }

    pub(crate) fn moved(self, by: Point) -> Self {
        Self {
            left: self.left + by.x,
            top: self.top + by.y,
            right: self.right + by.x,
            bottom: self.bottom + by.y,
        }
    }

    /// The same with more on each side; less if it is below zero.
    pub(crate) fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    pub(crate) fn contains(&self, p: Point) -> bool {
        self.left < p.x && p.x < self.right && self.top < p.y && p.y < self.bottom
    }

    #[cfg(test)]
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub(crate) fn centre(&self) -> Point {
        point((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }
}

impl Path {
    pub(crate) fn end(&self) -> Point {
        self.curves.last().map_or(self.start, |curve| curve[2])
    }

    pub(crate) fn line_to(&mut self, end: Point) {
        let start = self.end();
        self.curves.push([start.towards(end, 1.0 / 3.0), start.towards(end, 2.0 / 3.0), end]);
    }

    /// The same way from its end.
    pub(crate) fn reversed(&self) -> Self {
        let mut points: Vec<Point> = std::iter::once(self.start)
            .chain(self.curves.iter().flat_map(|curve| curve.iter().copied()))
            .collect();
        points.reverse();
        let curves = points[1..].chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
        Self { start: points[0], curves }
    }

    pub(crate) fn map(&mut self, change: impl Fn(Point) -> Point) {
        self.start = change(self.start);
        self.curves.iter_mut().flatten().for_each(|point| *point = change(*point));
    }

    /// Points along the way, so many for each curve.
    pub(crate) fn samples(&self, each: u32) -> Vec<Point> {
        let mut points = vec![self.start];
        let mut start = self.start;
        for curve in &self.curves {
            points.extend(
                (1..=each).map(|step| bezier(start, curve, f64::from(step) / f64::from(each))),
            );
            start = curve[2];
        }
        points
    }
}

/// The point of a curve at a time between 0 and 1.
fn bezier(start: Point, curve: &[Point; 3], time: f64) -> Point {
    let rest = 1.0 - time;
    let at = |a: f64, b: f64, c: f64, d: f64| {
        rest.powi(3) * a
            + 3.0 * rest * rest * time * b
            + 3.0 * rest * time * time * c
            + time.powi(3) * d
    };
    point(
        at(start.x, curve[0].x, curve[1].x, curve[2].x),
        at(start.y, curve[0].y, curve[1].y, curve[2].y),
    )
}
