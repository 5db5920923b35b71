"""Words of oneself, of notices and of the first page. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "foresee": text("What drafts would do", "草稿的影响"),
    "foresee_about": text(
        "Choose drafts and see what publishing them would do to each record. Nothing is changed by looking.",
        "选择草稿，查看发布后对每张单据的影响。查看不会改变任何内容。",
    ),
    "foresee_none": text("There are no drafts to look at.", "没有可查看的草稿。"),
    "person_here": text("You here", "您的身份"),
    "units": text("Works at", "所属单位"),
    "on_device": text("On this device", "本设备"),
    "speak": text("Language", "语言"),
    "look": text("Appearance", "外观"),
    "theme_": text("As the device", "跟随系统"),
    "theme_light": text("Light", "浅色"),
    "theme_dark": text("Dark", "深色"),
    "away": text("While you are away", "外出委托"),
    "away_about": text(
        "Name somebody who decides for you from one day to another; several, for different forms. Whoever was named "
        "last for a form decides it alone. History names both of you.",
        "指定他人在一段时间内代您审批；不同单据可委托不同的人，同一单据由最后指定的人审批。历史会同时记录您和代理人。",
    ),
    "away_blind": text(
        "To name somebody you need the right to see people. Your tasks can be done by whoever has the same role.",
        "您无权查看人员名单，因此不能在此指定代理人。与您同角色的同事也能处理您的待办。",
    ),
    "acts_for_me": text("acts for you", "代您处理"),
    "acting_for": text("Acting for", "代理"),
    "for_forms": text("only for", "仅限"),
    "every_record": text("everything", "全部单据"),
    "up_to": text("up to", "金额不超过"),
    "how_told": text("How you are told", "通知方式"),
    "from_day": text("from", "自"),
    "until_day": text("until", "至"),
    "all_read": text("Mark all as read", "全部标为已读"),
    "new_notices": text("New", "未读"),
    "old_notices": text("Read", "已读"),
    "no_notices_why": text(
        "When something happens that concerns you, it is said here.", "与您有关的事情发生时，会在这里告诉您。"
    ),
    "nothing_new": text("Nothing new.", "没有未读消息。"),
    "good_day": text("Hello, {}", "{}，您好"),
    "see_all": text("See all", "查看全部"),
    "nothing_yet": text("Nothing here yet.", "暂无内容。"),
    "no_roles": text(
        "You hold no role yet. Whoever manages people here can give you one.", "您还没有角色，请联系管理人员的同事。"
    ),
}
