//! The same change for many instances.

use domain::batch::{BatchState, Halt, ItemProblem, Line};

use super::{Language, words};

words! {
    batches: "Batches", "批量变更";
    batch: "Batch", "批量变更";
    change_many: "Change all of these", "批量变更";
    change_selected: "Change", "变更";
    batch_new_text: "You see first what would become of each. Nothing is changed before you start it.",
        "先显示每个实例将发生的变化；开始之前不会做任何更改。";
    what_would_change: "What would become of each", "每个实例将发生的变化";
    what_became: "What became of each", "每个实例的结果";
    started_at: "Started", "开始时间";
    by_what_is_known: "from what was read last; each is read afresh before it is changed", "基于最近读取的信息；变更前会重新读取";
    no_batches: "No batches yet", "暂无批量变更";
    no_batches_text: "Choose instances in the list, then change them together.", "在列表中选择实例，然后一起变更。";
    at_once: "At once", "同时进行";
    stop_after: "Pause when more than this many fail", "失败数超过此值时暂停";
    never_pause: "never", "从不";
    start_batch: "Start", "开始";
    stages_text: "One goes first, then a tenth, then all. Each is checked, carried out and proven like any other change.",
        "先执行一个，再执行十分之一，最后执行全部。每个都像单个变更一样检查、执行和验证。";
    pause: "Pause", "暂停";
    resume: "Go on", "继续";
    stop: "Stop", "停止";
    stop_text: "Nothing new is started then; what is under way ends as it does.", "停止后不再启动新的变更；进行中的会自行结束。";
    try_failed_again: "Try the failed ones again", "重试失败项";
    put_all_back: "Put back what was done", "恢复已执行的变更";
    not_started: "Not started", "未开始";
    line_will_change: "Will change", "将变更";
    line_needs_approval: "Will ask for approval", "将请求审批";
    line_already_so: "Already so", "已是目标状态";
    line_not_applicable: "Does not apply", "不适用";
    line_not_read: "Not read yet", "尚未读取";
    line_blocked: "Blocked", "被阻止";
    line_refused: "Not allowed", "不允许";
    becomes_column: "What becomes of it", "变化";
    nothing_would_change: "None of these would change.", "没有实例会变更。";
    caps_apply: "Never longer than each environment allows.", "不会超过各环境允许的时长。";
    batch_after: "Made from", "来源";
    see_batch: "see that batch", "查看该批次";
    part_of_batch: "Part of a batch", "所属批次";
    started_by: "Started by", "发起人";
}

impl Language {
    pub(crate) const fn batch_state(self, state: BatchState) -> &'static str {
        match state {
            BatchState::Draft => self.pick("Not started", "未开始"),
            BatchState::Running => self.pick("Under way", "进行中"),
            BatchState::Paused => self.pick("Paused", "已暂停"),
            BatchState::Stopped => self.pick("Stopped", "已停止"),
            BatchState::Done => self.pick("Over", "已结束"),
        }
    }

    pub(crate) const fn halt(self, halt: Halt) -> &'static str {
        match halt {
            Halt::Asked => self.pick("Somebody asked for it.", "由人工操作。"),
            Halt::Failures => self.pick(
                "More failed than you allowed. Look at them, then go on or stop.",
                "失败数超过限制。请查看后继续或停止。",
            ),
            Halt::NoLongerAllowed => self.pick(
                "Whoever started it may not change instances any more.",
                "发起人已无权变更实例。",
            ),
        }
    }

    pub(crate) const fn line(self, line: &Line) -> &'static str {
        match line {
            Line::WillChange { approval: false, .. } => self.line_will_change(),
            Line::WillChange { approval: true, .. } => self.line_needs_approval(),
            Line::AlreadySo => self.line_already_so(),
            Line::NotApplicable => self.line_not_applicable(),
            Line::NotRead => self.line_not_read(),
            Line::Blocked { .. } => self.line_blocked(),
            Line::Refused { .. } => self.line_refused(),
        }
    }

    /// Why, where there is more to say.
    pub(crate) fn line_why(self, line: &Line) -> String {
        let told = |checks: &[domain::preflight::Check]| {
            let sentences: Vec<String> =
                checks.iter().map(|check| self.check_title(check)).collect();
            sentences.join(self.pick("; ", "；"))
        };
        match line {
            Line::WillChange { warnings, .. } => told(warnings),
            Line::Blocked { checks } => told(checks),
            Line::Refused { refusal } => self.refusal(*refusal),
            Line::AlreadySo | Line::NotApplicable | Line::NotRead => String::new(),
        }
    }

    pub(crate) const fn item_problem(self, problem: ItemProblem) -> &'static str {
        match problem {
            ItemProblem::Busy => {
                self.pick("Another change was under way: not started", "有其他变更进行中：未启动")
            }
            ItemProblem::ReviewOver => {
                self.pick("What was shown is forgotten: not started", "审阅信息已清除：未启动")
            }
        }
    }

    /// `12 of 200 verified`
    pub(crate) fn n_of_verified(self, verified: usize, total: usize) -> String {
        match self {
            Self::En => format!("{verified} of {total} verified"),
            Self::ZhCn => format!("{total} 个中已验证 {verified} 个"),
        }
    }

    pub(crate) fn n_lines_failed(self, failed: usize) -> String {
        match self {
            Self::En => format!("{failed} failed"),
            Self::ZhCn => format!("{failed} 个失败"),
        }
    }

    pub(crate) fn n_under_way(self, count: usize) -> String {
        match self {
            Self::En => format!("{count} under way"),
            Self::ZhCn => format!("{count} 个进行中"),
        }
    }

    pub(crate) fn n_wait_for_approval(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 waits for approval".to_owned(),
            (Self::En, _) => format!("{count} wait for approval"),
            (Self::ZhCn, _) => format!("{count} 个等待审批"),
        }
    }

    /// `Enable password-free access on 12 instances?`
    pub(crate) fn batch_title(self, to: domain::access::Access, count: usize) -> String {
        let verb = self.confirm(to);
        match (self, count) {
            (Self::En, 1) => format!("{verb} on 1 instance"),
            (Self::En, _) => format!("{verb} on {count} instances"),
            (Self::ZhCn, _) => format!("{verb}：{count} 个实例"),
        }
    }
}
