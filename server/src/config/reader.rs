//! Reads tables of a TOML file and remembers where each mistake is.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something in the configuration that does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, or the variable or flag that said it.
    source: String,
    line: Option<usize>,
    key: String,
    text: String,
}

impl Mistake {
    pub fn of_file(path: &Path, text: String) -> Self {
        Self { source: path.display().to_string(), line: None, key: String::new(), text }
    }

    pub fn of_variable(name: &str, text: String) -> Self {
        Self { source: name.to_owned(), line: None, key: String::new(), text }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.text)
    }
}

/// A file being read.
pub struct Reader<'a> {
    path: PathBuf,
    text: &'a str,
    pub mistakes: Vec<Mistake>,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Found<T> {
    pub value: T,
    /// For messages: file and line, or the name of a variable.
    pub place: Place,
}

#[derive(Debug, Clone)]
pub enum Place {
    Line { line: usize, key: String },
    Named(String),
}

impl<'a> Reader<'a> {
    pub fn new(path: &Path, text: &'a str) -> Self {
        Self { path: path.to_owned(), text, mistakes: Vec::new() }
    }

    /// The whole file, or nothing where it is not TOML.
    pub fn document(&mut self) -> DeTable<'a> {
        match DeTable::parse(self.text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let line = error.span().map(|span| self.line(span.start));
                let text = format!("this is not TOML: {}", error.message());
                self.mistakes.push(Mistake {
                    source: self.path.display().to_string(),
                    line,
                    key: String::new(),
                    text,
                });
                DeTable::new()
            }
        }
    }

    pub fn refuse(&mut self, place: &Place, text: impl Into<String>) {
        let (source, line, key) = match place {
            Place::Line { line, key } => {
                (self.path.display().to_string(), Some(*line), key.clone())
            }
            Place::Named(name) => (name.clone(), None, String::new()),
        };
        self.mistakes.push(Mistake { source, line, key, text: text.into() });
    }

    /// The text of a key. `prefix` says in which table it stands, for messages.
    pub fn text(&mut self, table: &DeTable<'a>, prefix: &str, key: &str) -> Option<Found<String>> {
        let value = table.get(key)?;
        let place = self.place(value, prefix, key);
        match value.get_ref() {
            DeValue::String(text) => Some(Found { value: text.to_string(), place }),
            other => {
                self.refuse(&place, format!("has to be a text in quotes, not {}", kind(other)));
                None
            }
        }
    }

    /// The texts of a list.
    pub fn texts(
        &mut self,
        table: &DeTable<'a>,
        prefix: &str,
        key: &str,
    ) -> Option<Vec<Found<String>>> {
        let value = table.get(key)?;
        let place = self.place(value, prefix, key);
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse(
                &place,
                format!("has to be a list of texts, not {}", kind(value.get_ref())),
            );
            return None;
        };
        let mut texts = Vec::new();
        for item in items {
            let place = self.place(item, prefix, key);
            match item.get_ref() {
                DeValue::String(text) => texts.push(Found { value: text.to_string(), place }),
                other => {
                    self.refuse(&place, format!("has to hold texts only, not {}", kind(other)));
                }
            }
        }
        Some(texts)
    }

    /// The tables of `[[key]]`, each with the line where it begins.
    pub fn tables(&mut self, table: &DeTable<'a>, key: &str) -> Vec<(DeTable<'a>, Place)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let place = self.place(value, "", key);
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse(&place, format!("has to be written as [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            let place = self.place(item, "", key);
            match item.get_ref() {
                DeValue::Table(table) => tables.push((table.clone(), place)),
                _ => self.refuse(&place, format!("has to be written as [[{key}]]")),
            }
        }
        tables
    }

    /// Refuses every key that is not among those that are known.
    pub fn only(&mut self, table: &DeTable<'a>, prefix: &str, known: &[&str]) {
        let known: BTreeSet<&str> = known.iter().copied().collect();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !known.contains(name) {
                let line = self.line(key.span().start);
                let _ = value;
                let place = Place::Line { line, key: join(prefix, name) };
                let allowed = known.iter().copied().collect::<Vec<_>>().join(", ");
                self.refuse(&place, format!("is not a setting; allowed here: {allowed}"));
            }
        }
    }

    pub fn place<T>(&self, value: &Spanned<T>, prefix: &str, key: &str) -> Place {
        Place::Line { line: self.line(value.span().start), key: join(prefix, key) }
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.get(..offset).unwrap_or_default().matches('\n').count()
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
