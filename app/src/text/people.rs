//! People, groups, what was given to them, passwords and sessions.

use domain::person::{Area, Grant, Role, Scope};
use domain::time::Timestamp;

use super::{Language, words};

words! {
    people: "People", "用户";
    people_lead: "Who may do what, where. A change counts from the next request on.",
        "谁可以在哪里做什么。更改自下一次请求起生效。";
    groups: "Groups", "用户组";
    groups_lead: "What a group gives, everybody in it has.", "组内所有成员都拥有该组的授权。";
    person_column: "Person", "用户";
    may_column: "May", "权限";
    groups_column: "Groups", "用户组";
    since_column: "Since", "自";
    disabled: "disabled", "已停用";
    active: "active", "正常";
    add_person: "Add somebody", "添加用户";
    add_person_text: "They may do nothing yet. Give them a role, then a link to set a password by.",
        "新用户没有任何权限。请先授予角色，再生成密码设置链接。";
    add: "Add", "添加";
    make_group: "Make a group", "新建用户组";
    make: "Make", "新建";
    group_name: "Name", "名称";
    name_hint: "Letters a to z, digits, dots, hyphens and underscores.", "小写字母、数字、点、连字符和下划线。";
    no_groups: "No groups", "没有用户组";
    no_groups_text: "Give several people the same roles by a group.", "可通过用户组为多人授予相同角色。";
    own_roles: "Roles", "角色";
    role_column: "Role", "角色";
    where_column: "Where", "范围";
    by_group_column: "By", "来源";
    given_alone: "given alone", "单独授予";
    given_by_organisation: "your organisation", "组织";
    nothing_given: "Nothing was given: nothing can be seen.", "尚无授权：看不到任何内容。";
    give_role: "Give a role", "授予角色";
    give: "Give", "授予";
    take_back_role: "Take back", "收回";
    scope_accounts: "Accounts", "账号";
    scope_regions: "Regions", "地域";
    scope_environments: "Environments", "环境";
    scope_tags: "Tags", "标签";
    scope_hint: "What is left empty limits nothing. Whoever may write tags in the cloud can move instances into a scope by tags.",
        "留空表示不限制。能在云端修改标签的人可以使实例进入按标签限定的范围。";
    names_hint: "Separated by commas.", "以逗号分隔。";
    tags_hint: "Such as team=payments, team=web, tier=gold: one value of each key.",
        "例如 team=payments, team=web, tier=gold：每个键命中其一即可。";
    everything: "everything", "全部";
    no_role: "no role", "无角色";
    no_role_title: "You have no role yet", "您尚无角色";
    no_role_text: "So there is nothing here that you may see. Your account page names who can give you one.",
        "因此这里没有您可以查看的内容。“我的账户”页面列出可以为您授权的人。";
    not_in_scope: "Nothing of this is in your scope", "不在您的权限范围内";
    not_in_scope_text: "There may be more that others see. Your account page says what you see, and who can give you more.",
        "其他人可能看到更多内容。“我的账户”页面说明您的可见范围以及可以授权的人。";
    disable_person: "Disable", "停用";
    enable_person: "Enable", "启用";
    disable_person_text: "Ends every session at once. What waits in this name is not carried out.",
        "立即终止其全部会话；以其名义等待的变更不会执行。";
    members: "Members", "成员";
    no_members: "Nobody is in it.", "暂无成员。";
    member: "User name", "用户名";
    remove_member: "Remove", "移除";
    make_link: "Make a link for a new password", "生成密码重置链接";
    make_link_text: "Ends every session now. The link works once, for 24 hours; it is shown once and stored nowhere.",
        "立即终止全部会话。链接仅可使用一次，24 小时内有效；只显示一次，不会保存。";
    my_account: "My account", "我的账户";
    me_lead: "What you may do, and who can give you more.", "您的权限以及可以授权的人。";
    what_i_may: "What you may do", "您的权限";
    act_column: "To", "操作";
    act_view: "see instances, changes and the audit", "查看实例、变更和审计";
    act_operate: "ask for changes and make them", "申请并执行变更";
    act_approve: "approve changes of others", "审批他人的变更";
    act_admin: "change people, groups and policies", "管理用户、用户组和策略";
    admin_in_part: "An admin of a part decides on changes there; people, groups and policies need an admin over everything.",
        "局部管理员仅可处理该范围内的变更；管理用户、用户组和策略需要全局管理员。";
    nowhere: "nowhere", "无";
    who_can_give: "Who can give you more", "谁可以授权";
    who_can_give_text: "Admins over everything:", "全局管理员：";
    change_password: "Change your password", "修改密码";
    old_password: "Your password now", "当前密码";
    new_password: "New password", "新密码";
    password_again: "The new password again", "再次输入新密码";
    password_hint: "At least 12 characters. All your other sessions end.", "至少 12 个字符。您的其他会话将被终止。";
    reset_hint: "At least 12 characters. All your sessions end; sign in with it then.",
        "至少 12 个字符。您的全部会话将被终止，请使用新密码登录。";
    set_password: "Set the password", "设置密码";
    sessions: "Sessions", "会话";
    sessions_lead: "Where you are signed in. A session that is ended never comes back.", "您当前的登录。会话终止后无法恢复。";
    to_sessions: "Where you are signed in", "查看登录会话";
    session_column: "Session", "会话";
    device_column: "Device", "设备";
    address_column: "Address", "地址";
    began_column: "Began", "开始";
    seen_column: "Last used", "最近使用";
    this_session: "this one", "当前会话";
    end_session: "End", "终止";
    end_others: "End all others", "终止其他全部会话";
    end_all: "End all sessions", "终止全部会话";
    no_sessions: "Not signed in anywhere.", "当前没有登录会话。";
    in_part: "in part", "局部";
    link_made: "This is the link", "密码重置链接";
    copy_link: "Link", "链接";
    link_once: "It is shown once. Hand it over by a way that only this person reads.", "仅显示一次。请通过只有本人能看到的渠道转交。";
}

impl Language {
    /// `operator: staging`
    pub(crate) fn grant(self, grant: &Grant) -> String {
        let between = if self == Self::En { ": " } else { "：" };
        format!("{}{between}{}", self.role(grant.role), self.area(&grant.area))
    }

    pub(crate) fn area(self, area: &Area) -> String {
        if area.is_everything() {
            return self.everything().to_owned();
        }
        let (comma, then) = if self == Self::En { (", ", "; ") } else { ("、", "；") };
        let join = |values: Vec<String>| values.join(comma);
        let mut parts = Vec::new();
        if !area.accounts.is_empty() {
            let names = join(area.accounts.iter().map(ToString::to_string).collect());
            parts.push(format!("{} {names}", self.scope_accounts()));
        }
        if !area.regions.is_empty() {
            let names = join(area.regions.iter().map(ToString::to_string).collect());
            parts.push(format!("{} {names}", self.scope_regions()));
        }
        if !area.environments.is_empty() {
            let names = area.environments.iter().map(|one| self.environment(*one).to_owned());
            parts.push(join(names.collect()));
        }
        for (key, values) in &area.tags {
            let values = values.iter().map(|value| format!("{key}={value}"));
            parts.push(join(values.collect()));
        }
        parts.join(then)
    }

    /// In few words; of several parts each on its own.
    pub(crate) fn scope(self, scope: &Scope) -> String {
        match scope {
            Scope::Everything => self.everything().to_owned(),
            Scope::Areas(areas) => {
                let parts: Vec<String> = areas.iter().map(|area| self.area(area)).collect();
                parts.join(if self == Self::En { " or " } else { " 或 " })
            }
        }
    }

    pub(crate) const fn act_of(self, role: Role) -> &'static str {
        match role {
            Role::Viewer => self.act_view(),
            Role::Operator => self.act_operate(),
            Role::Approver => self.act_approve(),
            Role::Admin => self.act_admin(),
        }
    }

    pub(crate) fn link_until(self, at: Timestamp) -> String {
        match self {
            Self::En => format!("It works once, until {}.", self.moment(at)),
            Self::ZhCn => format!("仅可使用一次，有效期至 {}。", self.moment(at)),
        }
    }
}
