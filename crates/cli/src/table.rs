//! Tables for people's eyes.

use std::fmt;

use comfy_table::{CellAlignment, ContentArrangement, Row, Table as Grid, presets};

/// Columns without lines around them, so that a row is a line and the words of it stay whole.
pub(crate) struct Table(Grid);

impl Table {
    /// A heading for each column; one that begins with `>` is aligned to the right.
    pub(crate) fn new<const COLUMNS: usize>(headings: [&str; COLUMNS]) -> Self {
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(headings.map(|heading| heading.trim_start_matches('>')));
        for (heading, column) in headings.iter().zip(grid.column_iter_mut()) {
            column.set_padding((0, 2));
            if heading.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(grid)
    }

    pub(crate) fn row(&mut self, cells: impl Into<Row>) {
        self.0.add_row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.trim_fmt())
    }
}
