//! Which version this is, and what helps whoever helps.

use super::words;

words! {
    about: "About Latchkey", "关于 Latchkey";
    commit: "Commit", "提交";
    commit_unknown: "not noted in this build", "此构建未记录";
    licence: "Licence", "许可证";
    licences_of_parts: "What is in it", "所含组件";
    licences_list: "Parts and their licences", "组件及其许可证";
    licences_missing: "The list was not made for this build.", "此构建未生成清单。";
    documents: "Documents", "文档";
    password_free_document: "Password-free access, in the cloud's documentation", "云文档：免密访问";
    password_free_url: "https://www.alibabacloud.com/help/en/redis/user-guide/enable-password-free-access",
        "https://help.aliyun.com/zh/redis/user-guide/enable-password-free-access";
    documents_beside: "How it is operated stands in the source, in", "运维文档位于源代码目录";
    diagnostics: "Diagnostics", "诊断信息";
    diagnostics_text: "To copy where you ask for help: numbers and settings, no names, no addresses, no secrets.",
        "求助时可复制：仅包含数量与设置，不含名称、地址或密钥。";
    copy_diagnostics: "Copy the diagnostics", "复制诊断信息";
}
