//! How programs connect.
//!
//! What the sentences say of the cloud: `user-guide/logon-methods` (the default account takes the password alone, another
//! one `name:password`) and `user-guide/enable-tls-encryption` (off unless somebody turns it on; the certificate is that of
//! the console) on help.aliyun.com/en/redis and www.alibabacloud.com/help/en/redis.

use super::{Language, words};
use crate::connect::Via;

words! {
    connect: "Connect", "连接示例";
    connect_by: "Address and encryption", "连接地址与加密";
    cloud_console: "Instances of this region in the cloud's console", "云控制台中该地域的实例列表";
    with_tls: "with TLS", "使用 TLS";
    without_tls: "without TLS", "不使用 TLS";
    no_way_in: "No address is known", "没有已知的连接地址";
    no_way_in_text: "None was read that a Redis client could connect to. Read again, or look in the cloud's console.",
        "尚未读取到可供 Redis 客户端连接的地址。请重新读取，或前往云控制台查看。";
    connect_password_needed: "A password is required here: the code takes it from the environment variable REDIS_PASSWORD.",
        "此处需要密码：代码从环境变量 REDIS_PASSWORD 中读取。";
    connect_password_free: "Password-free access is enabled, so the code sends none. It stops working at the next connection once a password is required again; with a password it works in both modes.",
        "免密访问已开启，代码不发送密码。再次要求密码后，下一次连接即会失败；带密码的代码在两种模式下都可用。";
    connect_password_unknown: "How this instance is entered is not known. The code sends the password of REDIS_PASSWORD, which works in both modes.",
        "该实例的访问方式未知。代码发送 REDIS_PASSWORD 中的密码，在两种模式下都可用。";
    connect_accounts: "The default account takes the password alone. For another account set REDIS_PASSWORD to name:password.",
        "默认账号只需密码。使用其他账号时，请将 REDIS_PASSWORD 设为“账号名:密码”。";
    connect_shards: "The shards of a cluster answer here, so the code uses a cluster client.",
        "此地址直接由集群分片响应，因此代码使用集群客户端。";
    connect_nodes_unknown: "Whether a proxy or the shards answer here is not known. The code is for a proxy; if a command is answered with MOVED, a cluster client is needed.",
        "无法得知此地址由代理还是由分片响应。代码按代理编写；若命令返回 MOVED，则需使用集群客户端。";
    connect_without_tls: "Whether TLS (SSL) is on is not read by this portal. It is off unless somebody turned it on in the console.",
        "本门户不读取 TLS（SSL）是否开启。除非在控制台中开启，否则默认关闭。";
    connect_tls: "Whether TLS (SSL) is on is not read by this portal. The code checks the certificate with the file that REDIS_CA names: the CA certificate from the console's page on TLS.",
        "本门户不读取 TLS（SSL）是否开启。代码使用 REDIS_CA 所指文件校验证书，即控制台 TLS 设置页面下载的 CA 证书。";
    connect_listed: "The endpoints were not read yet: this address is the one in the cloud's list of instances.",
        "连接地址尚未读取：此处为云端实例列表中的地址。";
    connect_port: "The port was not read: 6379 is the usual one.", "端口尚未读取：6379 为常用端口。";
    terraform_flips: "If Terraform manages this instance, its next apply sets the mode back to what stands in its files: it undoes a change made here, without asking. After a change, change the file too, or let Terraform ignore the field.",
        "如果该实例由 Terraform 管理，下一次 apply 会将模式改回其文件中的值，直接撤销在此所做的更改。更改后请同步修改文件，或让 Terraform 忽略该字段。";
}

impl Language {
    pub(crate) const fn via(self, via: Via) -> &'static str {
        match via {
            Via::Private => self.private_endpoint(),
            Via::Public => self.public_endpoint(),
            Via::Classic => self.classic_endpoint(),
            Via::Direct => self.direct_endpoint(),
        }
    }
}
