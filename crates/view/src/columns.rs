//! Columns as Go's `text/tabwriter` aligns them.

/// Aligns cells, which end with a tab, to the right, one space apart. A column goes over the lines below each other that
/// have such a cell; what stands behind the last tab of a line is in none.
pub(crate) fn align_right(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|_| Vec::new()).collect();
    align(&lines, &mut widths, 0..lines.len(), 0);
    let mut out = String::with_capacity(text.len() * 2);
    for (index, (line, widths)) in lines.iter().zip(&widths).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for (cell, width) in line.iter().zip(widths) {
            let padding = width - cell.chars().count();
            out.extend(std::iter::repeat_n(' ', padding));
            out.push_str(cell);
        }
        out.push_str(line.last().copied().unwrap_or_default());
    }
    out
}

/// Finds the width of a column in each block of lines that have it, then of the columns right of it.
fn align(
    lines: &[Vec<&str>],
    widths: &mut [Vec<usize>],
    within: std::ops::Range<usize>,
    column: usize,
) {
    let has_column = |line: usize| lines[line].len() > column + 1;
    let mut line = within.start;
    while line < within.end {
        if !has_column(line) {
            line += 1;
            continue;
        }
        let start = line;
        while line < within.end && has_column(line) {
            line += 1;
        }
        let width =
            (start..line).map(|at| lines[at][column].chars().count()).max().unwrap_or(0) + 1;
        (start..line).for_each(|at| widths[at].push(width));
        align(lines, widths, start..line, column + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::align_right;

    /// As `tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.AlignRight)` of Go 1.27.3 writes them.
    #[test]
    fn columns_are_go_s() {
        let text = "request:\t Total 3\n \t12 (3%):\t a\n \t5:\t b\n\nid:\t Total 1\n \t1:\t x\n\n";
        let aligned = " request: Total 3\n          12 (3%): a\n                5: b\n\n id: Total 1\n     1: x\n\n";
        assert_eq!(align_right(text), aligned);
    }
}
