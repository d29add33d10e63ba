//! An array as a card in HTML, for notebooks and pages: a table of what is known, and a drawing of the chunks.

mod canvas;
mod drawing;
#[cfg(test)]
mod tests;

use crate::ChunkedArray;
use crate::display::Card;
use crate::visualize::text::escape;

impl<A, D> ChunkedArray<A, D> {
    /// A card in HTML: bytes, shape, number and type of the array and its chunks, and a drawing of how the one is cut
    /// into the others.
    ///
    /// Up to three axes are drawn as a bar, a rectangle or a box, more as several of them side by side, the first axes
    /// first. Proportions are softened, so that thin arrays can be seen; where chunks are too small to be drawn one by
    /// one, the drawing is darker. Nothing is computed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((5000, 5000).chunked((1000, 500)))?;
    /// let card = x.to_html();
    /// assert!(card.contains("190.73 MiB") && card.contains("(1000, 500)") && card.contains("<svg"));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn to_html(&self) -> String {
        let card = Card::of(self);
        let count = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
        let (tasks, chunks) = (self.expr().task_count(), self.num_chunks() as u64);
        let rows = [
            ["Bytes", &card.bytes, &card.chunk_bytes],
            ["Shape", &card.shape, &card.chunk_shape],
            ["Count", &count(tasks, "task"), &count(chunks, "chunk")],
            ["Type", self.dtype().name(), "ndarray"],
        ];
        let cell = "style=\"text-align:left;white-space:nowrap;padding:2px 12px 2px 0\"";
        let row = |[name, array, chunk]: [&str; 3]| {
            let (array, chunk) = (escape(array), escape(chunk));
            format!("<tr><th {cell}>{name}</th><td {cell}>{array}</td><td {cell}>{chunk}</td></tr>\n")
        };
        let about = format!("{} in {} of {}", card.shape, count(chunks, "chunk"), card.chunk_shape);
        format!(
            "<table class=\"chunkwise\" style=\"border-collapse:collapse\">\n<tr>\n<td style=\"vertical-align:top;\
             padding:6px 18px 6px 0\">\n<table style=\"border-collapse:collapse\">\n<thead><tr><th></th>\
             <th {cell}>Array</th><th {cell}>Chunk</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</td>\n\
             <td style=\"vertical-align:top;padding:6px 0\">\n{}</td>\n</tr>\n</table>\n",
            rows.map(row).concat(),
            drawing::draw(self.grid(), &about),
        )
    }

    /// Shows the [card](Self::to_html) where a value is the last expression of a cell in a Rust notebook (evcxr).
    pub fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT text/html\n{}\nEVCXR_END_CONTENT", self.to_html());
    }
}
