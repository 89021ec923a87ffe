//! Pages fetched in the background, and their parts.

use leptos::web_sys::{
    Document, DomParser, Element, Event, FormData, Headers, HtmlFormElement, InputEvent, NodeList,
    Request, RequestInit, Response, SupportedType, UrlSearchParams,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use leptos::prelude::{document, window};

/// As the server knows it.
const BACKGROUND: &str = "x-latchkey-background";

/// The event of the window after another page was put in place of the one that was open (`crates/frontend/boot.js`).
pub const TURNED: &str = "turned";

/// A page as it came, after every redirect.
pub struct Page {
    pub address: String,
    pub document: Document,
}

impl Page {
    pub async fn get(address: &str) -> Result<Self, JsValue> {
        Self::fetch(address, &RequestInit::new()).await
    }

    /// The same without anybody having asked: it does not count as using the session.
    pub async fn look(address: &str) -> Result<Self, JsValue> {
        let init = RequestInit::new();
        let headers = Headers::new()?;
        headers.set(BACKGROUND, "1")?;
        init.set_headers(&headers);
        Self::fetch(address, &init).await
    }

    /// Sends a form as a browser would, and takes the page it leads to.
    pub async fn submit(form: &HtmlFormElement) -> Result<Self, JsValue> {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(fields(form)?.as_ref());
        Self::fetch(&form.action(), &init).await
    }

    async fn fetch(address: &str, init: &RequestInit) -> Result<Self, JsValue> {
        let request = Request::new_with_str_and_init(address, init)?;
        request.headers().set("accept", "text/html")?;
        let answer: Response =
            JsFuture::from(window().fetch_with_request(&request)).await?.dyn_into()?;
        let html = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
        let document = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
        Ok(Self { address: answer.url(), document })
    }

    /// The element with this id.
    pub fn part(&self, id: &str) -> Option<Element> {
        self.document.get_element_by_id(id)
    }

    /// Puts this page's element with the id in place of the open page's, and wakes the islands in it.
    pub fn swap(&self, id: &str) -> Option<Element> {
        let (new, old) = (self.part(id)?, document().get_element_by_id(id)?);
        replace(&old, &new).then_some(new)
    }
}

/// Puts an element in place of one of the open page, and wakes the islands in it.
pub fn replace(old: &Element, new: &Element) -> bool {
    let replaced = old.replace_with_with_node_1(new).is_ok();
    if replaced {
        crate::boot::wake(new);
    }
    replaced
}

/// What `query_selector_all` found, as far as it is of this kind.
pub fn listed<T: JsCast>(found: Result<NodeList, JsValue>) -> Vec<T> {
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// The fields of a form, encoded as a browser encodes them.
pub fn fields(form: &HtmlFormElement) -> Result<UrlSearchParams, JsValue> {
    let data = FormData::new_with_form(form)?;
    UrlSearchParams::new_with_str_sequence_sequence(&data)
}

/// Whether what was written is on its way to be something else: an input method puts it together.
pub fn is_composing(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing)
}

/// Leaves for another page.
pub fn go(address: &str) {
    let _ = window().location().assign(address);
}
