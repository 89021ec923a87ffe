//! What programs ask: over HTTP, with a token.

mod document;
mod gate;
mod roles;
mod story;
mod tokens;
