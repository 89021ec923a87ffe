//! What a browser would make of a page: whether anything in it could do something that the portal did not put there.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Stands in everything that came from outside.
pub const MARK: &str = "zq7";

/// Whatever is wrong with a page, and how often the mark is shown in it.
#[derive(Debug, Default)]
pub struct Seen {
    pub wrong: Vec<String>,
    pub marks: usize,
}

/// Elements that hold nothing and have no end.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"];
/// Attributes that lead somewhere.
const LEADS: &[&str] = &["href", "src", "action", "formaction", "xlink:href"];
/// Text in these is kept apart from what stands beside it, or can hold no element that would.
const APART: &[&str] = &["bdi", "title", "option", "textarea"];

pub fn look(html: &str) -> Seen {
    let (mut seen, mut open) = (Seen::default(), Vec::<String>::new());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut emitter = DefaultEmitter::default();
    // What stands in a script, a title or a text area is read as it would be there.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                if name.contains(MARK) {
                    seen.wrong.push(format!("an element {name}"));
                }
                for (key, value) in &tag.attributes {
                    let (key, value) = (text(key), text(value));
                    if key.starts_with("on")
                        || key == "srcdoc"
                        || key == "style"
                        || key.contains(MARK)
                    {
                        seen.wrong.push(format!("an attribute {key}={value:.60} of {name}"));
                    }
                    let leads_away = !value.is_empty()
                        && !value.starts_with(['/', '#', '?'])
                        && !value.starts_with("https://");
                    if LEADS.contains(&key.as_str()) && (leads_away || value.starts_with("//")) {
                        seen.wrong.push(format!("{key}={value:.60} of {name}"));
                    }
                }
                if name == "script" && !tag.attributes.contains_key(&b"nonce"[..]) {
                    seen.wrong.push("a script of somebody else's".to_owned());
                }
                if !VOID.contains(&name.as_str()) && !tag.self_closing {
                    open.push(name);
                }
            }
            Token::EndTag(tag) => {
                let name = text(&tag.name);
                if let Some(at) = open.iter().rposition(|known| *known == name) {
                    open.truncate(at);
                }
            }
            Token::String(shown) => {
                let shown = text(&shown);
                let apart = open.iter().any(|element| APART.contains(&element.as_str()));
                if shown.contains(changes_direction) && !apart {
                    let within = open.last().cloned().unwrap_or_default();
                    seen.wrong.push(format!("not kept apart, in {within}: {shown:.60?}"));
                }
                if shown.contains(MARK) {
                    seen.marks += 1;
                    if open.iter().any(|element| element == "script" || element == "style") {
                        seen.wrong.push(format!("in a script: {shown:.60?}"));
                    }
                }
            }
            Token::Comment(comment) if text(&comment).contains(MARK) => {
                seen.wrong.push("a comment".to_owned());
            }
            _ => {}
        }
    }
    if html.contains('\0') {
        seen.wrong.push("a NUL".to_owned());
    }
    seen
}

/// Unicode's embeddings, overrides, isolates and marks.
fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

#[test]
fn what_would_run_is_found() {
    for bad in [
        "<p>a<script>zq7()</script>",
        "<img src=/x onerror=zq7()>",
        "<a href='javascript:zq7()'>a</a>",
        "<a href='//evil.example'>a</a>",
        "<zq7>",
        "<!--zq7-->",
        "<p style='color:red'>",
        "<script nonce=1>var a = 'zq7'</script>",
        "<p>a\u{202e}b</p>",
        "<p>a\0</p>",
    ] {
        assert!(!look(bad).wrong.is_empty(), "{bad}");
    }
    let good = "<p title='zq7'>&lt;script>zq7 <bdi>a\u{202e}b</bdi><a href=/instances>x</a>";
    assert!(look(good).wrong.is_empty(), "{:?}", look(good));
    assert_eq!(look(good).marks, 1);
}
