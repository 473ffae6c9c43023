/// One text of the lines of a doc comment.
pub(crate) fn text(lines: &[String]) -> Box<str> {
    let lines: Vec<_> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().into()
}
