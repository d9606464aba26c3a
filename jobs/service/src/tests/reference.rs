//! The tables of docs/http.md that code has.

use crate::error::{CODES, Code};

#[test]
fn the_table_of_codes_is_the_one_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/http.md");
    let row = |code: &Code| format!("| {} | `{}` | {} |\n", code.status().as_u16(), code.as_str(), code.meaning());
    let rows = CODES.iter().map(row).collect::<Vec<_>>().concat();
    let (head, end) = ("| status | code | cause |\n|---|---|---|\n", "\n");
    let text = std::fs::read_to_string(path).unwrap();
    let begin = text.find(head).expect("docs/http.md has the table's head") + head.len();
    let length = text[begin..].split_inclusive('\n').take_while(|line| *line != end).map(str::len).sum::<usize>();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, format!("{}{rows}{}", &text[..begin], &text[begin + length..])).unwrap();
    } else {
        assert_eq!(&text[begin..begin + length], rows, "BLESS=1 writes the table");
    }
}
