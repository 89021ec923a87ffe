//! A QR code, as shapes of one colour: no picture is loaded, and nothing of it leaves the page.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// Light around it, in modules, as the standard asks for.
const MARGIN: i32 = 4;

/// Nothing where the text is too long for one.
pub fn qr(label: &'static str, text: &str) -> Option<impl IntoView + use<>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut dark = String::new();
    for (y, x) in (0..size).flat_map(|y| (0..size).map(move |x| (y, x))) {
        if code.get_module(x, y) {
            let _ = write!(dark, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    let whole = size + 2 * MARGIN;
    Some(view! {
        <svg class="qr" role="img" aria-label=label viewBox=format!("0 0 {whole} {whole}") shape-rendering="crispEdges">
            <rect class="qr-light" width=whole.to_string() height=whole.to_string()></rect>
            <path class="qr-dark" d=dark></path>
        </svg>
    })
}
