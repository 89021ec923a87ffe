//! Data before markup: a page waits for the portal's memory, never for the cloud, and then is whole.

use leptos::prelude::*;

use crate::api::error::ApiError;
use crate::api::ssr::{Request, set_status};
use crate::component::ErrorPanel;

/// Waits for `data` and shows it, or says why it cannot.
pub fn load<T, V>(
    request: Request,
    data: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    show: impl FnOnce(Request, T) -> V + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let loaded = async move {
        match data.await {
            Ok(data) => show(request, data).into_any(),
            Err(error) => {
                if let Ok(status) = http::StatusCode::from_u16(error.code.status()) {
                    set_status(status);
                }
                view! { <ErrorPanel language=request.language error/> }.into_any()
            }
        }
    };
    view! { <Suspense>{Suspend::new(loaded)}</Suspense> }
}
