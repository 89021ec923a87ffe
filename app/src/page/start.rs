//! The first page.

use leptos::prelude::*;

use crate::island::copy::Copy;
use crate::island::disclosure::Disclosure;

#[component]
pub(crate) fn StartPage() -> impl IntoView {
    view! {
        <h1>"Latchkey"</h1>
        <p>"Example endpoint: " <code>"r-example.redis.rds.aliyuncs.com"</code> <Copy text="r-example.redis.rds.aliyuncs.com".into()/></p>
        <Disclosure>
            <p>"Port: " <code>"6379"</code> <Copy text="6379".into()/></p>
        </Disclosure>
    }
}
