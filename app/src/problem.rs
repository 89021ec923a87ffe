//! The page where no page could be made: no request, no memory, no component. What happened, what to do, the number.

use std::fmt::Write as _;

use crate::api::error::ErrorCode;
use crate::boot::AssetHrefs;
use crate::path;
use crate::text::Language;

/// What of a request it is made of.
#[derive(Debug, Clone)]
pub struct Reader {
    pub language: Language,
    /// `light` or `dark`; none: what the system says.
    pub theme: Option<&'static str>,
    /// The portal's number of the request.
    pub number: String,
    /// It was asked for by looking: the same can be asked again.
    pub looks: bool,
}

/// A whole document. Everything in it is ours: nothing that was sent is shown.
pub fn page(code: ErrorCode, reader: &Reader, hrefs: &AssetHrefs) -> String {
    let Reader { language, theme, number, looks } = reader;
    let words = language.error(code);
    let (tag, product) = (language.tag(), language.product());
    let theme = theme.map(|theme| format!(" data-theme=\"{theme}\"")).unwrap_or_default();
    let style = hrefs
        .get("app.css")
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{href}\">"))
        .unwrap_or_default();
    let mut ways = String::new();
    // Not where it would be answered the same way again.
    if *looks && code != ErrorCode::NotFound {
        let again = language.try_again();
        let _ = write!(ways, "<a class=\"button\" data-tone=\"primary\" href=\"\">{again}</a> ");
    }
    let (list, to_list) = (path::INSTANCES, language.to_instances());
    let _ = write!(ways, "<a class=\"button\" href=\"{list}\">{to_list}</a>");
    let (title, sentence, next) = (words.title, words.sentence, words.next);
    let request = language.request_number();
    format!(
        "<!DOCTYPE html><html lang=\"{tag}\"{theme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · {product}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">{style}</head>\
         <body><main class=\"plain\" id=\"main\"><div class=\"problem\">\
         <p class=\"brand\">{product}</p><h1>{title}</h1><p>{sentence}</p><p>{next}</p>\
         <p class=\"row\">{ways}</p><p class=\"muted small\">{request} <code>{number}</code></p>\
         </div></main></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_happened_and_what_to_do_in_both_languages() {
        for language in Language::ALL {
            for code in
                [ErrorCode::NotFound, ErrorCode::Unavailable, ErrorCode::Fault, ErrorCode::TooBusy]
            {
                let reader =
                    Reader { language, theme: Some("dark"), number: "a1".to_owned(), looks: true };
                let page = page(code, &reader, &AssetHrefs::default());
                let words = language.error(code);
                for part in [
                    words.title,
                    words.sentence,
                    words.next,
                    "<code>a1</code>",
                    "data-theme=\"dark\"",
                ] {
                    assert!(page.contains(part), "{part}: {page}");
                }
                let again = page.contains(language.try_again());
                assert_eq!(again, code != ErrorCode::NotFound, "{page}");
            }
        }
    }
}
