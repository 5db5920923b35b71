"""What each path of the HTTP contract is for, in both languages. Used by `describing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Text, text


@dataclass(frozen=True, slots=True)
class Path:
    """A path that is the same for every library: its method, what it is for, its query parameters."""

    method: str
    path: str
    says: Text
    queries: tuple[str, ...] = ()


def _path(method: str, path: str, en: str, zh: str, *queries: str) -> Path:
    return Path(method, path, text(en, zh), queries)


PLAIN: tuple[Path, ...] = (
    _path("get", "/api/me", "Who I am and what I may do", "我是谁、可以做什么"),
    _path("get", "/api/me/waiting", "How much waits for me and is unread", "我的待办与未读数量"),
    _path("get", "/api/me/substitute", "Who decides while I am away", "我不在时由谁审批"),
    _path("delete", "/api/me/substitute", "Nobody decides for me any more", "取消全部委托"),
    _path(
        "put", "/api/me/substitute", "Who decides while I am away: {person, from, until, forms, amount}",
        "我不在时由谁审批：{person, from, until, forms, amount}",
    ),
    _path("delete", "/api/me/substitute/{id}", "End one of my substitutes", "取消一项委托"),
    _path("put", "/api/me/password", "A new password: {old, password}", "修改密码：{old, password}"),
    _path("post", "/api/people/{id}/password", "A first password: {password}", "设置初始密码：{password}"),
    _path("get", "/api/people/{id}/substitute", "Who decides for somebody who is away", "某人不在时由谁审批"),
    _path(
        "put", "/api/people/{id}/substitute",
        "Who decides for somebody who is away: {person, from, until, forms, amount}",
        "某人不在时由谁审批：{person, from, until, forms, amount}",
    ),
    _path("delete", "/api/people/{id}/substitute", "Nobody decides for somebody any more", "取消某人的全部委托"),
    _path("delete", "/api/people/{id}/substitute/{other}", "End one of somebody's substitutes", "取消某人的一项委托"),
    _path("get", "/api/me/views", "My views of lists", "我的列表视图", "form"),
    _path(
        "put", "/api/me/views/{id}", "Keep a view: {form, name, filters, sort, columns, default}",
        "保存视图：{form, name, filters, sort, columns, default}",
    ),
    _path("delete", "/api/me/views/{id}", "Take a view away", "删除视图"),
    _path("get", "/api/me/channels", "How I am told of what", "我接收消息的方式"),
    _path(
        "put", "/api/me/channels", "How I am told: {kinds: {kind: app|mail|none}, gather, hour, zone}",
        "设置接收方式：{kinds: {kind: app|mail|none}, gather, hour, zone}",
    ),
    _path(
        "get", "/api/deliveries", "What is sent outside: waiting, dead or delivered",
        "对外发送的消息（待发、已放弃、已送达）", "state", "limit", "cursor",
    ),
    _path("post", "/api/deliveries/resend", "Send again all that was given up", "重新发送全部已放弃的消息"),
    _path(
        "get", "/api/security", "The security log: who was let in or refused, oldest first",
        "安全日志：登录与拒绝记录，从旧到新", "after", "event", "limit",
    ),
    _path("post", "/api/deliveries/{id}/resend", "Send again what was given up", "重新发送已放弃的消息"),
    _path("get", "/api/endpoints/{id}/secrets", "Which secrets sign for an endpoint", "端点的签名密钥"),
    _path(
        "post", "/api/endpoints/{id}/secrets", "Make a secret for an endpoint, shown once: {secret, token}",
        "为端点生成签名密钥（仅显示一次）：{secret, token}",
    ),
    _path("get", "/api/forms", "Forms", "表单"),
    _path("get", "/api/forms/{form}", "A form or a report as I see it", "我所见的表单或报表"),
    _path("get", "/api/records/{form}/fill", "A new record as it begins; nothing is kept", "新建时的初始内容，不保存"),
    _path("get", "/api/records/{form}/{id}/fill", "A record as it is filled in", "填写中的单据内容"),
    _path("get", "/api/codes", "What has this code", "该编码对应的记录", "text", "form"),
    _path("get", "/api/tasks", "My tasks", "我的待办", "form", "unit", "due", "all", "nobody", "limit", "cursor"),
    _path(
        "get", "/api/waiting", "Where it waits: tasks by step, answers by person, returns by reason",
        "待办停在何处：按步骤、人员与退回原因统计", "days",
    ),
    _path("get", "/api/notices", "What I was told", "我的通知", "limit", "cursor"),
    _path("patch", "/api/notices", "I have read all that I was told", "全部通知已读"),
    _path("patch", "/api/notices/{id}", "I have read one of them", "一条通知已读"),
    _path("get", "/api/tasks/{id}", "A task with its record", "待办及其单据"),
    _path("get", "/api/tasks/{id}/people", "Who may be handed a task, or sign too", "可转交或加签的人员", "q", "move"),
    _path(
        "get", "/api/events", "What changes, as it changes (server-sent events)", "实时变化（服务器推送事件）", "after",
    ),
    _path(
        "get", "/api/stock", "Stock", "库存",
        "item", "place", "lot", "at", "group", "below", "record", "limit", "cursor",
    ),
    _path(
        "get", "/api/stock/movements", "Movements", "库存流水",
        "after", "item", "place", "record", "newest", "limit", "cursor",
    ),
    _path(
        "get", "/api/stock/trail", "Running balance of an item at a place", "某商品在某库位的结存流水",
        "item", "place", "lot", "newest", "limit", "cursor",
    ),
    _path(
        "get", "/api/stock/moving", "What of an item is on its way, by record", "某商品的在途数量（按单据）",
        "item", "place", "limit",
    ),
    _path("post", "/api/verify", "Recount everything", "全部重新核算"),
    _path("get", "/api/periods", "Up to when the books are closed", "已关账至何时"),
    _path("post", "/api/periods", "Close the books: {until}", "关账：{until}"),
    _path(
        "get", "/api/why", "Why somebody can or cannot", "某人为何可以或不可以",
        "form", "id", "action", "person",
    ),
    _path("post", "/api/attachments", "Keep a file (multipart, field `file`)", "保存文件（multipart，字段 file）"),
    _path("get", "/api/attachments/{id}", "A file, through a record that shows it", "通过显示它的单据读取文件"),
    _path(
        "get", "/api/records/{form}/export", "A list as a file", "把列表导出为文件",
        "format", "readable", "filter", "sort", "q", "fields",
    ),
    _path(
        "post", "/api/records/{form}/import", "Records from a sheet (multipart: file, mode, dry)",
        "从表格导入（multipart：file、mode、dry）",
    ),
    _path("get", "/api/keys", "My keys", "我的密钥"),
    _path(
        "post", "/api/keys", "A key for an integrator: {name, grants, expires}",
        "为集成方创建密钥：{name, grants, expires}",
    ),
    _path("delete", "/api/keys/{id}", "End a key", "停用密钥"),
    _path("get", "/api/definitions", "Definitions", "定义"),
    _path("get", "/api/definitions/{kind}/{name}", "The text of a definition", "定义的文本", "version", "layer", "org"),
    _path("get", "/api/definitions/drafts", "Drafts of definitions", "定义的草稿"),
    _path(
        "get", "/api/definitions/drafts/{kind}/{name}", "A draft, or what is published", "草稿；无草稿时为已发布文本",
        "layer",
    ),
    _path(
        "put", "/api/definitions/drafts/{kind}/{name}", "Write a draft (If-Match): {text}",
        "写入草稿（If-Match）：{text}", "layer",
    ),
    _path(
        "delete", "/api/definitions/drafts/{kind}/{name}", "Give a draft up; without one, draft a removal",
        "放弃草稿；无草稿时起草删除", "layer",
    ),
    _path("delete", "/api/definitions/{kind}/{name}", "Draft that it is removed", "起草删除该定义", "layer"),
    _path("get", "/api/definitions/{kind}/{name}/history", "Its versions", "定义的各个版本"),
    _path(
        "get", "/api/definitions/{kind}/{name}/diff", "What differs between two versions", "两个版本的差异",
        "from", "to",
    ),
    _path(
        "post", "/api/definitions/check", "Check drafts or texts: {drafts: [kind/name], texts, tests}",
        "检查草稿或文本：{drafts: [kind/name], texts, tests}",
    ),
    _path(
        "post", "/api/definitions/preview",
        "What a version would do to the records there are: {drafts, texts, version, mapping, running, records, again,"
        " past: {from, until}, form, person, changed, limit, cursor}",
        "新版本对现有单据的影响：{drafts, texts, version, mapping, running, records, again,"
        " past: {from, until}, form, person, changed, limit, cursor}",
    ),
    _path(
        "post", "/api/definitions/publish", "Publish drafts or texts: {drafts, texts, note, mapping, running, when}",
        "发布草稿或文本：{drafts, texts, note, mapping, running, when}",
    ),
    _path(
        "post", "/api/definitions/carry", "Carry records over to the version in force: {records, mapping, dry}",
        "把进行中的单据迁移到当前版本：{records, mapping, dry}",
    ),
    _path("get", "/api/definitions/planned", "What is to be published at a moment", "计划发布"),
    _path("delete", "/api/definitions/planned/{id}", "It is not published after all", "取消计划发布"),
    _path(
        "get", "/api/definitions/finished/{id}", "What was decided under a version", "某版本下已结的单据",
        "form", "limit", "cursor",
    ),
    _path("get", "/api/definitions/carry/{id}", "What was carried over together", "一次迁移的单据"),
    _path("post", "/api/definitions/carry/{id}/undo", "Carry back what nobody has touched", "撤销迁移"),
    _path(
        "post", "/api/definitions/rollback", "Publish an older version again: {version, note}",
        "重新发布旧版本：{version, note}",
    ),
)  # fmt: skip

OF_A_RECORD: Mapping[str, Text] = {
    "list": text("{form}: list", "{form}：列表"),
    "make": text("{form}: make one", "{form}：新建"),
    "read": text("{form}: read one", "{form}：查看"),
    "change": text("{form}: change one", "{form}：修改"),
    "discard": text("{form}: discard a draft", "{form}：丢弃草稿"),
    "try": text("{form}: what a new one would come to; nothing is kept", "{form}：新建试算，不保存"),
    "fill": text("{form}: what a change would come to; nothing is kept", "{form}：修改试算，不保存"),
    "history": text("{form}: its history", "{form}：历史"),
    "trail": text("{form}: what came from it and where it went", "{form}：来源与去向"),
    "comments": text("{form}: say something about it", "{form}：评论"),
    "people": text("{form}: who sees it and may be mentioned", "{form}：可查看并可被提及的人员"),
    "route": text("{form}: who decides, step by step", "{form}：逐级审批路线"),
}
"""`{form}` is the title of the form."""
VERDICTS: Mapping[str, Text] = {
    "approve": text("Approve", "同意"),
    "reject": text("Reject", "拒绝"),
    "return": text("Return", "退回"),
    "comment": text("Comment", "评论"),
    "hand_over": text("Hand over", "转交"),
    "add_signer": text("Add a signer", "加签"),
    "remove_signer": text("Remove a signer", "取消加签"),
    "take_back": text("Take back", "撤回审批"),
    "nudge": text("Remind", "催办"),
}
REPORT = text("{form}: its lines", "{form}：报表内容")
SIGN_IN = text("Sign in", "登录")
SIGN_OUT = text("Sign out", "退出登录")
BATCH = text("Many commands", "批量命令")
