//! Lines of CSV in which no cell is a formula.

pub fn written(lines: impl IntoIterator<Item = Vec<String>>) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| inert(cell)))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

/// A cell that a spreadsheet would run gets an apostrophe in front, which makes it text (OWASP, "CSV Injection").
fn inert(cell: &str) -> String {
    const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let runs = cell.trim_start_matches(['\0', ' ', '\u{a0}', '\u{3000}']).starts_with(STARTS);
    if runs || cell.starts_with('\n') { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "\0=1",
            "＝1",
            "\u{3000}=1",
        ] {
            assert!(inert(formula).starts_with('\''), "{formula:?}");
        }
        for text in ["orders-cache", "订单", "1", "", "a=b", "'quoted"] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn a_row_comes_back_as_it_went() {
        let line = vec!["a,b".to_owned(), "\"q\"\r\nx".to_owned(), "=1".to_owned(), String::new()];
        let bytes = written([line]).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        let read: Vec<String> =
            reader.records().next().unwrap().unwrap().iter().map(ToOwned::to_owned).collect();
        assert_eq!(read, ["a,b", "\"q\"\r\nx", "'=1", ""]);
    }
}
