//! What can be done with a list of instances as a whole.

use domain::inventory::MatchCount;

use super::{Language, words};

words! {
    version: "Version", "版本";
    select_column: "Select", "选择";
    selected: "selected", "已选择";
    show_selected: "Show only these", "仅显示所选";
    clear_selection: "Clear selection", "清除选择";
    pages: "Pages", "分页";
    first_page: "First page", "首页";
    views: "Views", "视图";
    no_views: "No list is saved yet. A saved view keeps filters, order and columns.", "尚未保存视图。视图会保存筛选、排序和列。";
    view_name: "Name of this view", "视图名称";
    save_view: "Save this view", "保存当前视图";
    columns: "Columns", "列";
    one_row_moved: "1 row changed.", "1 行有变化。";
    rows_moved: "{} rows changed.", "{} 行有变化。";
    show_rows: "Show", "显示";
    compact: "Compact rows", "紧凑行高";
    apply: "Apply", "应用";
    export: "Export", "导出";
    export_text: "Every instance of this list, with what could not be read and why.", "导出此列表的全部实例，以及未能读取的部分和原因。";
}

impl Language {
    /// `87 match`, `more than 1,000 match`
    pub(crate) fn n_match(self, count: MatchCount) -> String {
        match (self, count) {
            (Self::En, MatchCount::Exactly(1)) => "1 matches".to_owned(),
            (Self::En, MatchCount::Exactly(count)) => format!("{} match", self.count(count)),
            (Self::En, MatchCount::MoreThan(count)) => format!("{}+ match", self.count(count)),
            (Self::ZhCn, MatchCount::Exactly(count)) => format!("{} 个匹配", self.count(count)),
            (Self::ZhCn, MatchCount::MoreThan(count)) => format!("{}+ 个匹配", self.count(count)),
        }
    }

    pub(crate) fn selection_full(self, most: usize) -> String {
        match self {
            Self::En => format!("No more than {most}: a filter takes any number."),
            Self::ZhCn => format!("最多 {most} 个；更多请使用筛选。"),
        }
    }

    /// With separators of thousands.
    pub(crate) fn count(self, count: i64) -> String {
        self.number(count.max(0).unsigned_abs())
    }

    pub(crate) fn select(self, name: &str) -> String {
        match self {
            Self::En => format!("Select {name}"),
            Self::ZhCn => format!("选择 {name}"),
        }
    }

    pub(crate) fn forget_view(self, name: &str) -> String {
        match self {
            Self::En => format!("Forget the view {name}"),
            Self::ZhCn => format!("删除视图 {name}"),
        }
    }

    pub(crate) fn being_read(self, count: u32) -> String {
        match (self, count) {
            (Self::En, 0) => "Everything here was read within the last seconds.".to_owned(),
            (Self::En, 1) => "1 instance is being read again, before all others.".to_owned(),
            (Self::En, _) => format!("{count} instances are being read again, before all others."),
            (Self::ZhCn, 0) => "此处内容均为刚刚读取。".to_owned(),
            (Self::ZhCn, _) => format!("正在优先重新读取 {count} 个实例。"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_to_the_end_says_so() {
        let en = |count| Language::En.n_match(count);
        assert_eq!(en(MatchCount::Exactly(0)), "0 match");
        assert_eq!(en(MatchCount::Exactly(1)), "1 matches");
        assert_eq!(en(MatchCount::MoreThan(1000)), "1,000+ match");
        assert_eq!(Language::ZhCn.n_match(MatchCount::MoreThan(1000)), "1,000+ 个匹配");
    }
}
