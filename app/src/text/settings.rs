//! What people choose for themselves, and where pages say by which clock they are written.

use domain::time::Timestamp;
use domain::zone::Zone;

use super::{Language, words};

words! {
    settings: "Settings", "设置";
    settings_lead: "Yours alone, in every browser you sign in with.", "仅对您本人生效，在任何浏览器登录后都相同。";
    settings_saved: "Saved.", "已保存。";
    save_settings: "Save", "保存";
    look_and_clock: "Look, clock and keys", "外观、时间与快捷键";
    time_zone: "Time zone", "时区";
    time_zone_hint: "For every time on the pages; hold the pointer over one to read it in UTC. Files and the API are in UTC.",
        "用于页面上的所有时间；将指针停在时间上可查看 UTC 时间。导出文件和 API 使用 UTC。";
    as_browser: "As this browser", "跟随浏览器";
    shortcuts: "Shortcuts of single letters", "单键快捷键";
    shortcuts_on: "On", "开启";
    shortcuts_off: "Off", "关闭";
    shortcuts_text: "Switch them off if you speak to your computer or type by accident. Ctrl K works all the same.",
        "如使用语音输入或容易误触，可将其关闭。Ctrl K 不受影响。";
    wanted_notices: "Notices in the inbox", "收件箱消息";
    wanted_notices_text: "What you switch off is not kept for you from now on. A webhook sends everything.",
        "关闭后，此类消息不再进入您的收件箱。Webhook 仍会发送全部消息。";
    always_told: "Somebody has to act on it: always kept.", "需要有人处理，始终保留。";
    factors_and_passkeys: "Second factor and passkeys", "二次验证与通行密钥";
    times_in: "Times:", "时间：";
}

impl Language {
    /// `UTC+8`; nothing for UTC itself, whose name says it.
    pub(crate) fn offset_beside(self, zone: &Zone, now: Timestamp) -> Option<String> {
        Some(self.offset(zone, now)).filter(|offset| offset != zone.name())
    }
}
