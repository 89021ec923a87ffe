//! Bytes on a connection, and what comes back until it ends.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::Answer;

/// Says all of it, and reads until the other side ends the connection. `cut`: this side ends it first.
pub async fn exchange(address: &str, bytes: &[u8], cut: bool) -> Vec<Answer> {
    let address: SocketAddr = address.parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may have heard enough before the end; a reset is an end too.
    let _ = stream.write_all(bytes).await;
    if cut {
        let _ = stream.shutdown().await;
    }
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    parse(&String::from_utf8_lossy(&heard))
}

/// Every answer in what was heard.
fn parse(text: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for piece in text.split("HTTP/1.").skip(1) {
        let (head, body) = piece.split_once("\r\n\r\n").unwrap_or((piece, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.get(2..5)?.parse().ok()).unwrap_or(0);
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        answers.push(Answer { status, headers, body: body.to_owned() });
    }
    answers
}
