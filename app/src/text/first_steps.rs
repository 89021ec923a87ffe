//! Before there is anything to see, and the guided look around the sandbox.

use domain::fact::Unread;

use super::{Language, words};

words! {
    first_steps: "First steps", "开始使用";
    first_steps_lead: "until the first region was read", "首个地域读取完成后自动消失";
    step_account: "Add a cloud account", "添加云账号";
    step_account_text: "Add this to latchkey.toml, with the AccessKey of a RAM user made for the portal. The secret stands in a file of its own.",
        "将以下内容加入 latchkey.toml，使用为本门户专门创建的 RAM 用户的 AccessKey。密钥单独存放在一个文件中。";
    step_account_then: "Start the portal again afterwards. To have the file looked at first:", "之后重新启动门户。启动前可先检查该文件：";
    configuration_file: "latchkey.toml", "latchkey.toml";
    step_permissions: "Check its permissions", "检查权限";
    step_permissions_text: "Create a custom policy in RAM with this document and attach it to the RAM user: the smallest one that will do.",
        "在 RAM 控制台用以下内容创建自定义权限策略并授予该 RAM 用户：这是所需的最小权限。";
    step_permissions_then: "To try each account, region and permission without changing anything:", "逐一试验账号、地域与权限（不做任何更改）：";
    ram_policy: "RAM policy", "RAM 权限策略";
    in_the_cloud_s_help: "In the cloud's help", "云端帮助文档";
    step_inventory: "First inventory", "首次盘点";
    step_inventory_text: "Begins by itself as soon as there is an account.", "添加账号后自动开始。";
    step_done: "done", "已完成";
    step_now: "now", "进行中";
    step_failed: "needs a look", "需要处理";
    step_later: "later", "稍后";
    to_accounts: "See every account and region", "查看所有账号和地域";
    reload_to_see: "Reload this page to see how far it is.", "刷新本页以查看进度。";
    tour: "A look around the sandbox", "沙盒导览";
    tour_lead: "Each is ticked by what was really done.", "每一项均按实际操作自动打勾。";
    tour_hide: "Hide", "隐藏";
    tour_show: "Look around", "导览";
    tour_done: "done", "已完成";
    tour_open_step: "to do", "待完成";
    tour_find: "Find an exposed instance", "找到一个暴露的实例";
    tour_find_text: "The list begins with the worst. Press Disable on one and read what would happen; Cancel changes nothing.",
        "列表中最严重的排在最前。对其中一个点击“关闭免密访问”，看看会发生什么；取消则不做任何更改。";
    tour_door: "Open a door for two hours", "开启免密访问两小时";
    tour_door_text: "In development one dialog is enough. Watch it until it is verified.",
        "在开发环境只需一个对话框。请一直看到“已验证”。";
    tour_shut: "See it close", "看着它关闭";
    tour_shut_text: "It closes by itself when its time is over, or when you disable it now.",
        "到时会自动关闭，也可以现在就关闭。";
    tour_approve: "Approve as another person", "以另一人身份审批";
    tour_approve_text: "Let root.admin demand approval for production under Policy. Then ask for an instance there, and sign in as zhao.min to decide.",
        "先由 root.admin 在“策略”中要求生产环境需审批，再申请一个生产实例，然后以 zhao.min 登录审批。";
    tour_audit: "Find it in the audit", "在审计中找到它";
    tour_audit_text: "Everything you did stands there. Take it along as CSV or JSON.", "您的所有操作都在其中，可导出为 CSV 或 JSON。";
}

impl Language {
    pub(crate) fn n_accounts_configured(self, count: usize) -> String {
        match self {
            Self::En if count == 1 => "One account is configured.".to_owned(),
            Self::En => format!("{count} accounts are configured."),
            Self::ZhCn => format!("已配置 {count} 个账号。"),
        }
    }

    pub(crate) fn inventory_so_far(
        self,
        answered: usize,
        regions: usize,
        instances: i64,
    ) -> String {
        let instances = self.count(instances);
        match (self, regions) {
            (Self::En, 0) => "Asking the cloud which regions there are…".to_owned(),
            (Self::ZhCn, 0) => "正在向云端查询有哪些地域…".to_owned(),
            (Self::En, _) => {
                format!("{answered} of {regions} regions read, {instances} instances found so far")
            }
            (Self::ZhCn, _) => {
                format!("已读取 {answered} / {regions} 个地域，目前发现 {instances} 个实例")
            }
        }
    }

    /// What to do about something that could not be read.
    pub(crate) const fn after_unread(self, why: &Unread) -> &'static str {
        match why {
            Unread::Denied(_) => {
                self.pick("Give the RAM user the policy above.", "请为该 RAM 用户授予上述权限策略。")
            }
            Unread::NoCredential => self.pick(
                "Look at the account's credential in the configuration.",
                "请检查配置中该账号的凭证。",
            ),
            Unread::TimedOut | Unread::Unreachable => self.pick(
                "It is tried again by itself. If it stays so, look at the way from the server to the cloud.",
                "会自动重试。若一直如此，请检查服务器到云端的网络。",
            ),
            Unread::NotYet | Unread::Throttled(_) | Unread::Incomplete => {
                self.pick("It is tried again by itself.", "会自动重试。")
            }
            Unread::NotFound | Unread::Refused(_) => {
                self.pick("The doctor command says more.", "doctor 命令可提供更多信息。")
            }
        }
    }
}
