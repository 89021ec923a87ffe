use anyhow::Result;

use crate::progress::Progress;

pub fn run(_progress: &mut Progress, _arguments: &[String]) -> Result<()> {
    Ok(())
}
