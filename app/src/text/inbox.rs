//! What people are told.

use domain::inbox::NoticeKind;

use super::{Language, words};

words! {
    inbox: "Inbox", "收件箱";
    inbox_lead: "What you should know of. Kept for a while; the audit keeps everything.",
        "您需要知晓的事项。保留一段时间；审计会保留全部记录。";
    inbox_empty: "Nothing to tell", "暂无消息";
    inbox_empty_text: "Reminders, failed returns, emergencies and wishes that wait for you come here.",
        "提醒、自动关闭失败、紧急操作以及等待您处理的申请会显示在这里。";
    mark_read: "Mark read", "标为已读";
    mark_all_read: "Mark all read", "全部标为已读";
    not_read_yet: "unread", "未读";
    webhook: "Webhook", "Webhook";
    webhook_none: "No webhook is configured: notices stay in the inbox.", "未配置 Webhook：消息仅保留在收件箱。";
    webhook_test: "Send a test", "发送测试";
    webhook_text: "Each notice goes out once it is written, signed, until the other side takes it or a day is over.",
        "每条消息写入后即签名发出，直到对方接收或超过一天。";
    no_deliveries: "Nothing was to be delivered yet.", "尚无需要投递的消息。";
    delivery_state: "State", "状态";
    delivery_tries: "Tries", "尝试次数";
    delivered: "Delivered", "已投递";
    delivery_given_up: "Given up", "已放弃";
    delivery_waits: "Waits", "等待中";
}

impl Language {
    pub(crate) const fn notice_kind(self, kind: NoticeKind) -> &'static str {
        match kind {
            NoticeKind::DoorShutsSoon => {
                self.pick("Password-free access ends soon", "免密访问即将关闭")
            }
            NoticeKind::ReturnFailed => self.pick(
                "Password-free access could not be disabled; it is tried again",
                "未能关闭免密访问，将重试",
            ),
            NoticeKind::ReturnOverdue => self.pick(
                "Password-free access should be over and is not",
                "免密访问应已关闭但尚未关闭",
            ),
            NoticeKind::BreakGlassUsed => self.pick(
                "Somebody did without an approval, in an emergency",
                "有人以紧急方式绕过审批",
            ),
            NoticeKind::ApprovalWaiting => {
                self.pick("A wish waits for your decision", "有申请等待您审批")
            }
            NoticeKind::ApprovalDecided => {
                self.pick("Your wish was decided on", "您的申请已有结果")
            }
            NoticeKind::AuditRestored => self
                .pick("The database is older than the anchor of its audit", "数据库早于其审计锚点"),
            NoticeKind::Test => self.pick("This is a test", "这是一条测试消息"),
        }
    }

    /// `Inbox, 3 unread`
    pub(crate) fn inbox_with(self, unread: i64) -> String {
        match unread {
            0 => self.inbox().to_owned(),
            _ => format!("{}, {unread} {}", self.inbox(), self.not_read_yet()),
        }
    }

    /// What came of the last try, by its stable word.
    pub(crate) fn delivery_outcome(self, word: &str) -> String {
        let known = match word {
            "taken" => self.pick("taken", "已接收"),
            "address-refused" => {
                self.pick("leads to an address that is not reached", "指向不允许访问的地址")
            }
            "timed-out" => self.pick("no answer in time", "响应超时"),
            "not-reached" => self.pick("could not be reached", "无法连接"),
            status => return status.replacen("http-", "HTTP ", 1),
        };
        known.to_owned()
    }
}
