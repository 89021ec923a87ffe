//! One page with three islands, each as small as it can be: a count, something that opens, and a question to the
//! server.

use leptos::prelude::*;

/// The document.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"Skeleton"</title>
                <HydrationScripts options islands=true/>
            </head>
            <body>
                <nav>
                    <a href="/">"Skeleton"</a>
                    <a href="/again">"Again"</a>
                </nav>
                <main>
                    <h1>"Skeleton"</h1>
                    <Counting/>
                    <Opening/>
                    <Asking/>
                </main>
            </body>
        </html>
    }
}

#[server(prefix = "/api", endpoint = "greet")]
pub async fn greet(name: String) -> Result<String, ServerFnError> {
    Ok(format!("Hello, {name}"))
}

#[island]
fn Counting() -> impl IntoView {
    let (count, set_count) = signal(0);
    view! { <button on:click=move |_| set_count.update(|count| *count += 1)>"Pressed " {count}</button> }
}

#[island]
fn Opening() -> impl IntoView {
    let (open, set_open) = signal(false);
    view! {
        <button on:click=move |_| set_open.update(|open| *open = !*open)>"More"</button>
        <p hidden=move || !open.get()>"That is all"</p>
    }
}

/// The last one of the page: says to whoever measures that all are awake.
#[island]
fn Asking() -> impl IntoView {
    let asked = Action::new(|name: &String| greet(name.clone()));
    let answer = move || asked.value().get().and_then(Result::ok);
    Effect::new(|| {
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-awake", "");
        }
    });
    view! {
        <button on:click=move |_| { asked.dispatch("you".to_owned()); }>"Greet"</button>
        <p>{answer}</p>
    }
}
