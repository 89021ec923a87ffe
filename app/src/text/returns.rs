//! Doors that shut by themselves.

use std::time::Duration;

use domain::time::Timestamp;
use domain::timebox::ReturnDuty;

use super::{Language, words};

words! {
    lasts: "For how long", "开启时长";
    lasts_hint: "Then a password is required again, by itself: carried out and proven like any other change. The time runs from the proof that it is open.",
        "到期后自动恢复为需要密码，与其他变更一样执行并验证。时间从验证开启成功时起算。";
    until_shut: "until somebody disables it", "直到有人关闭";
    extend: "Put off the end", "延长";
    extend_text: "From now on, for", "从现在起";
    open_for_a_time: "Open for a time", "限时开启";
    nothing_open: "No door is open for a time", "没有限时开启的实例";
    nothing_open_text: "Password-free access that is enabled for some hours stands here until it ends.",
        "限时开启的免密访问会显示在这里，直到结束。";
    being_shut: "being shut", "正在关闭";
    overdue_title: "Password-free access should have ended, and has not", "免密访问已到期但尚未关闭";
    overdue_text: "Disabling it is tried again and again. See why it failed, or disable it yourself.",
        "正在反复尝试关闭。请查看失败原因，或手动关闭。";
    by_itself: "by itself: its time was over", "到期自动执行";
}

impl Language {
    /// `2 hours`, `15 minutes`: a time somebody chooses.
    pub(crate) fn lasting(self, lasts: Duration) -> String {
        let minutes = lasts.as_secs() / 60;
        let (count, one, many, zh) = match minutes {
            0 => (lasts.as_secs(), "second", "seconds", "秒"),
            minutes if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "day", "days", "天"),
            minutes if minutes % 60 == 0 => (minutes / 60, "hour", "hours", "小时"),
            minutes => (minutes, "minute", "minutes", "分钟"),
        };
        match self {
            Self::En => format!("{count} {}", if count == 1 { one } else { many }),
            Self::ZhCn => format!("{count} {zh}"),
        }
    }

    /// `ends in 1 h`, or that it is over.
    pub(crate) fn ends_in(self, due_at: Timestamp, now: Timestamp) -> String {
        if due_at <= now {
            return self.being_shut().to_owned();
        }
        let left = due_at.since(now);
        let minutes = left.as_secs() / 60;
        let span = match (minutes / 60, minutes % 60) {
            (hours @ 1..24, rest @ 1..) => {
                let (hours, rest) = (Duration::from_hours(hours), Duration::from_mins(rest));
                format!("{} {}", self.span(hours), self.span(rest))
            }
            _ => self.span(left),
        };
        match self {
            Self::En => format!("ends in {span}"),
            Self::ZhCn => format!("{span}后结束"),
        }
    }

    /// Who opened it, and until when.
    pub(crate) fn opened_for(self, duty: &ReturnDuty) -> String {
        let until = self.moment(duty.due_at);
        match self {
            Self::En => format!("Opened by {} until {until}", duty.planned_by),
            Self::ZhCn => format!("由 {} 开启，至 {until}", duty.planned_by),
        }
    }

    /// How often it was tried.
    pub(crate) fn n_tries(self, tries: i32) -> String {
        match (self, tries) {
            (Self::En, 1) => "tried once".to_owned(),
            (Self::En, _) => format!("tried {tries} times"),
            (Self::ZhCn, _) => format!("已尝试 {tries} 次"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_largest_whole_unit() {
        let lasting = |minutes| Language::En.lasting(Duration::from_mins(minutes));
        assert_eq!(
            [1, 15, 60, 90, 120, 1440, 4320].map(lasting),
            ["1 minute", "15 minutes", "1 hour", "90 minutes", "2 hours", "1 day", "3 days"]
        );
        assert_eq!(Language::ZhCn.lasting(Duration::from_hours(2)), "2 小时");
    }

    #[test]
    fn an_end_that_is_near_is_told_to_the_minute() {
        let now = Timestamp::from_secs(0);
        let ends = |secs| Language::En.ends_in(Timestamp::from_secs(secs), now);
        assert_eq!(
            [0, 40, 3599, 3600, 7199, 90_000].map(ends),
            [
                "being shut",
                "ends in 40 s",
                "ends in 59 min",
                "ends in 1 h",
                "ends in 1 h 59 min",
                "ends in 1 d"
            ]
        );
    }
}
