"""Words of the frame, of signing in, of the first page and of the API's reference. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "title": text("Chainstock", "连锁库存"),
    "reference": text("API reference", "接口说明"),
    "sign_in": text("Sign in", "登录"),
    "sign_out": text("Sign out", "退出"),
    "account": text("Account", "账号"),
    "password": text("Password", "密码"),
    "signed_in_as": text("Signed in as", "当前用户"),
    "stranger": text("Sign in to see the forms that are yours.", "登录后可查看您有权使用的表单。"),
    "begin": text("To begin with", "从这里开始"),
    "begin_about": text(
        "Sign in, make a key, and use it. Every write may carry an Idempotency-Key: sent again with the same body, it "
        "gives the same answer and acts once. What you may change carries a revision: send it back as If-Match. "
        "Quantities and money are text.",
        "先登录并创建密钥，然后使用密钥调用。写操作可带 Idempotency-Key：相同请求重发只执行一次并得到相同答复。"
        "修改记录时用 If-Match 带回其 revision。数量和金额一律用字符串。",
    ),
    "everything_else": text("Everything else", "其他"),
    "method": text("Method", "方法"),
    "field": text("Field", "字段"),
    "type": text("Type", "类型"),
    "meaning": text("Meaning", "含义"),
    "required": text("required", "必填"),
    "parameters": text("Parameters", "参数"),
    "body": text("Body", "请求体"),
    "example": text("Example", "示例"),
    "refusals": text("Refusals", "拒绝的种类"),
    "home": text("Home", "首页"),
    "tasks": text("Tasks", "待办"),
    "stock": text("Stock", "库存"),
    "no_forms": text(
        "You have no forms yet. Whoever looks after people in your chain gives you a role.",
        "您还没有可用的表单，请联系人员管理员为您分配角色。",
    ),
    "scan": text("Scan", "扫描"),
    "code": text("Code", "编码"),
    "scan_begin": text(
        "Scan a code to see what it is, what is there of it, and where it stands.",
        "扫描编码，查看对应内容、现有数量和所处状态。",
    ),
    "no_such_code": text("Nothing has the code", "没有对应的编码："),
    "search_words": text("Search for it as words", "按文字搜索"),
    "open_it": text("Open", "打开"),
    "new": text("New", "新建"),
    "me": text("Me", "我的"),
    "documents": text("Documents", "单据"),
    "masters": text("Master data", "资料"),
    "search": text("Search number, code, name or barcode", "搜索单号、编码、名称或条码"),
    "search_short": text("Search", "搜索"),
    "notices": text("Notices", "消息"),
    "language": text("中文", "English"),
    "theme": text("Light or dark", "浅色 / 深色"),
    "menu": text("Menu", "菜单"),
    "skip": text("Skip to content", "跳到正文"),
    "acting_at": text("At", "所属"),
    "refused": text("This is not possible", "无法完成"),
    "try_again": text("Try again", "重试"),
    "to_list": text("To the list", "返回列表"),
    "go_home": text("Go to the first page", "返回首页"),
    "good_morning": text("Waiting for you", "等您处理"),
    "nothing_waits": text("Nothing is waiting for you.", "没有等您处理的事项。"),
    "all_tasks": text("All tasks", "全部待办"),
    "begin_new": text("Begin something new", "新建单据"),
    "recent": text("Lately", "最近"),
    "new_password": text("New password", "新密码"),
    "old_password": text("Present password", "原密码"),
    "change_password": text("Change password", "修改密码"),
    "password_changed": text(
        "The password was changed. Everywhere where you were signed in, also here, you sign in with the new one.",
        "密码已修改。您在所有设备（包括本设备）上都需用新密码重新登录。",
    ),
    "password_again": text("New password once more", "再次输入新密码"),
    "password_rule": text(
        "At least {} characters; a sentence of your own is better than signs. It is yours alone.",
        "至少 {} 个字符；用一句自己的话比特殊符号更好。请勿告诉他人。",
    ),
    "password_short": text("A password has at least {} characters.", "密码至少 {} 个字符。"),
    "password_differ": text("This is not the same as the new password.", "两次输入的新密码不一致。"),
    "password_ends": text(
        "You sign in anew afterwards, in every tab and on every device. What you typed elsewhere stays there.",
        "修改后，所有标签页和设备都需重新登录；您在别处已填写的内容会保留。",
    ),
    "roles": text("Roles", "角色"),
    "results": text("Results", "搜索结果"),
    "all_found": text("Everything found here", "查看全部结果"),
    "nothing_found": text("Nothing was found.", "没有找到。"),
    "read_all": text("Mark as read", "标为已读"),
    "no_notices": text("Nobody has told you anything yet.", "还没有消息。"),
    "yes": text("Yes", "是"),
    "no": text("No", "否"),
}
