//! The list of instances and the page of one.

use super::{Language, words};

words! {
    search_label: "Find by name, ID, tag or address", "按名称、ID、标签或地址查找";
    filter: "Filter", "筛选";
    clear_filters: "Clear filters", "清除筛选";
    access_column: "Access", "访问方式";
    read_column: "Read", "读取";
    switch_column: "Password-free", "免密";
    instance_column: "Instance", "实例";
    account_region: "Account, region", "账号、地域";
    nothing_matches: "No instance matches", "没有匹配的实例";
    nothing_matches_text: "Nothing that was read fits these filters.", "已读取的实例中没有符合筛选条件的。";
    nothing_read: "Nothing has been read yet", "尚未读取任何内容";
    nothing_read_text: "The accounts are being read. The first instances appear within seconds; reload to see them.",
        "正在读取账号，实例将在数秒内出现，请刷新查看。";
    nothing_readable: "Nothing could be read", "无法读取任何内容";
    nothing_readable_text: "The bar above says which account or region failed, and why.",
        "上方的覆盖情况说明了哪个账号或地域读取失败及其原因。";
    no_instances: "No instances", "没有实例";
    no_instances_text: "The cloud answered for every account and region, and has none.", "云端已对所有账号和地域作出响应，没有任何实例。";
    coverage: "Coverage", "覆盖情况";
    coverage_complete: "every account and region answered", "所有账号和地域均已响应";
    basic_information: "Basic information", "基本信息";
    connection_information: "Connection information", "连接信息";
    checks: "Checks", "检查";
    history: "History", "历史";
    no_history: "Nothing was changed here through this portal.", "尚未通过本门户更改过此实例。";
    read_again: "Read again", "重新读取";
    released: "Released", "已释放";
    released_text: "The cloud's list no longer has this instance. What follows is what was known last.",
        "云端列表中已没有该实例，以下为最后一次读取的信息。";
    change_under_way: "A change is under way", "变更进行中";
    see_change: "See it", "查看";
    switch_needs_operator: "Your role may look but not change. An operator can.", "您的角色只能查看，操作员可以更改。";
    switch_state_unknown: "The state is not known, so it cannot be switched from here. Read again first.",
        "状态未知，无法切换，请先重新读取。";
    switch_not_applicable: "Classic network and Memcache have no such mode.", "经典网络和 Memcache 没有此模式。";
    never_read: "not read yet", "尚未读取";
    last_try_failed: "Last try failed", "上次读取失败";
    checks_of_stored: "on what was read last; a review reads everything afresh", "基于最近一次读取；审阅时会全部重新读取";
    no_endpoint: "none", "无";
    of_cen: "and VPCs joined with it by CEN", "以及通过 CEN 互通的 VPC";
    account_whole: "all regions", "所有地域";
}

impl Language {
    pub(crate) fn n_instances(self, total: i64, accounts: usize, regions: usize) -> String {
        let total = self.count(total);
        match self {
            Self::En => format!(
                "{total} in {accounts} {}, {regions} {}",
                if accounts == 1 { "account" } else { "accounts" },
                if regions == 1 { "region" } else { "regions" }
            ),
            Self::ZhCn => format!("{accounts} 个账号、{regions} 个地域，共 {total} 个"),
        }
    }

    pub(crate) fn n_of_m_read(self, read: i64, instances: i64) -> String {
        let (read, instances) = (self.count(read), self.count(instances));
        match self {
            Self::En => format!("{read} of {instances} read"),
            Self::ZhCn => format!("已读取 {read} / {instances}"),
        }
    }

    pub(crate) fn oldest(self, span: &str) -> String {
        match self {
            Self::En => format!("oldest {span}"),
            Self::ZhCn => format!("最早 {span}前"),
        }
    }

    pub(crate) fn n_regions_waiting(self, count: usize) -> String {
        match self {
            Self::En => format!(
                "{count} {} not heard from yet",
                if count == 1 { "region" } else { "regions" }
            ),
            Self::ZhCn => format!("{count} 个地域尚未响应"),
        }
    }

    pub(crate) fn needs_permission(self, action: &str) -> String {
        match self {
            Self::En => format!("needs {action}"),
            Self::ZhCn => format!("需要 {action}"),
        }
    }

    /// `3 groups, 65,790 addresses`
    pub(crate) fn groups_and_addresses(self, groups: usize, v4: u64, v6_blocks: usize) -> String {
        let addresses = self.number(v4);
        let text = match self {
            Self::En => format!(
                "{groups} {}, {addresses} {}",
                if groups == 1 { "group" } else { "groups" },
                if v4 == 1 { "address" } else { "addresses" }
            ),
            Self::ZhCn => format!("{groups} 个分组，{addresses} 个地址"),
        };
        if v6_blocks == 0 {
            return text;
        }
        match self {
            Self::En => format!("{text}, {v6_blocks} IPv6 blocks"),
            Self::ZhCn => format!("{text}，{v6_blocks} 个 IPv6 地址段"),
        }
    }

    /// With separators of thousands.
    pub(crate) fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }

    pub(crate) fn switch_label(self, name: &str) -> String {
        match self {
            Self::En => format!("Password-free access of {name}"),
            Self::ZhCn => format!("{name} 的免密访问"),
        }
    }

    pub(crate) fn megabytes(self, megabytes: i64) -> String {
        if megabytes >= 1024 && megabytes % 1024 == 0 {
            format!("{} GB", megabytes / 1024)
        } else {
            format!("{megabytes} MB")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let number = |n| Language::En.number(n);
        assert_eq!(
            [0, 999, 1000, 65_790, 4_294_967_296].map(number),
            ["0", "999", "1,000", "65,790", "4,294,967,296"]
        );
    }
}
