"""Every page that somebody may look at, as one person sees it, and what he does there. Used by `pictures`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Scene:
    """One page as one person sees it; `act` is what he does there before the picture is taken."""

    name: str
    account: str
    path: str
    act: Act | None = None
    dark: bool = False


def scenes(made: Mapping[str, str]) -> list[Scene]:
    """Everything of the chain as it is shipped."""
    return [*_inbox(made), *_lists(made), *_forms(made), *_records(made), *_stock(), *_oneself(), *_ends(made)]


def of_rows(made: Mapping[str, str]) -> list[Scene]:
    """A step in which rows are decided one by one, and what may be done with a task beside deciding it."""
    return [
        Scene("ballot", "mgr1", f"/tasks?task={made['basket_task']}"),
        Scene("ballot_record", "fin1", made["basket"]),
        Scene("task_more", "mgr1", made["plea"], _opens_menu),
        Scene("task_hand_over", "mgr1", made["plea"], _chooses("hand_over")),
        Scene("record_nudge", "clerk1", made["plea"], _chooses("nudge")),
    ]


def _inbox(made: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("home", "mgr1", "/", dark=True),
        Scene("home_clerk", "clerk1", "/"),
        Scene("home_nobody", "vendor1", "/"),
        Scene("tasks", "mgr1", "/tasks", dark=True),
        Scene("tasks_one", "mgr1", "/tasks", lambda page: page.locator("a.task").first.click()),
        Scene("tasks_selected", "mgr1", "/tasks", _selects),
        Scene("tasks_dialogue", "mgr1", "/tasks", _approves),
        Scene("tasks_return", "mgr1", f"/tasks?task={made['asked_task']}", _returns),
        Scene("tasks_signature", "mgr1", f"/tasks?task={made['signed_task']}"),
        Scene("tasks_narrow", "mgr1", "/tasks?form=requisition"),
        Scene("tasks_keys", "mgr1", "/tasks", _asks_for_keys),
        Scene("tasks_none", "aud", "/tasks"),
        Scene("tasks_in_place_of", "mgr4", "/tasks"),
        Scene("waiting", "dir1", "/waiting"),
        Scene("waiting_week", "aud", "/waiting?days=7"),
        Scene("deliveries", "adm", "/deliveries"),
        Scene("deliveries_waiting", "aud", "/deliveries?state=waiting"),
        Scene("why_task", "mgr1", f"{made['asked']}/why?task={made['asked_task']}"),
        Scene("why_not", "clerk1", f"{made['asked']}/why?action=cancel"),
        Scene("why_other", "clerk2", f"{made['shipped']}/why?action=ship"),
    ]


def _lists(made: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("list", "mgr1", "/records/transfer", dark=True),
        Scene("list_sums", "fin1", "/records/transfer?f.state=approval"),
        Scene("list_views", "clerk1", "/records/transfer"),
        Scene("list_narrow", "mgr1", "/records/transfer?state=approval"),
        Scene("list_filters", "mgr1", "/records/transfer?state=approval", _opens("filters")),
        Scene("list_columns", "mgr1", "/records/transfer", _opens("columns")),
        Scene("list_glance", "mgr1", "/records/transfer", _glances),
        Scene("list_selected", "adm", "/records/item", _picks_rows),
        Scene("list_wrong", "mgr1", "/records/transfer?f.created.from=much"),
        Scene("list_nothing", "mgr1", "/records/transfer?q=nothing+of+that+name"),
        Scene("list_empty", "adm", "/records/customer"),
        Scene("list_limits", "adm", "/records/limit"),
        Scene("list_items", "adm", "/records/item"),
        Scene("list_people", "adm", "/records/person"),
        Scene("list_assignments", "adm", "/records/assignment"),
        Scene("list_tickets", "mgr1", "/records/ticket"),
        Scene("list_requisitions", "mgr1", "/records/requisition"),
        Scene("list_orders", "buyA", "/records/purchase_order"),
        Scene("list_receipts", "clerk1", "/records/receipt"),
        Scene("list_counts", "mgr1", "/records/count"),
        Scene("list_write_offs", "mgr1", "/records/write_off"),
        Scene("list_openings", "adm", "/records/opening"),
        Scene("report", "mgr1", "/records/write_offs_by_week"),
        Scene("report_empty", "mgr2", "/records/write_offs_by_week"),
    ]


def _forms(made: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("form_new", "clerk1", "/records/transfer/new", dark=True),
        Scene("form_faults", "clerk1", "/records/transfer/new", _submits),
        Scene("form_picker", "clerk1", "/records/transfer/new", _picks),
        Scene("form_typed", "clerk1", "/records/requisition/new", _types),
        Scene("form_200_rows", "clerk1", f"{made['long']}/edit"),
        Scene("form_receive", "clerk2", f"{made['shipped']}/edit"),
        Scene("form_returned", "clerk1", f"{made['returned']}/edit"),
        Scene("form_ship", "dck", f"{made['approved']}/edit"),
        Scene("form_received", "clerk2", f"{made['counted']}/edit", _signs),
        Scene("form_master", "adm", f"{made['item']}/edit"),
        Scene("form_requisition", "clerk1", "/records/requisition/new"),
        Scene("form_order_lines", "buyA", f"{made['requisition_open']}/edit"),
        Scene("form_order", "buyA", f"{made['order_draft']}/edit"),
        Scene("form_receipt", "clerk1", f"{made['receipt_draft']}/edit"),
        Scene("form_count", "clerk1", f"{made['count_open']}/edit"),
        Scene("form_write_off", "clerk1", "/records/write_off/new"),
        Scene("form_return", "clerk1", "/records/customer_return/new"),
        Scene("form_opening", "adm", "/records/opening/new"),
        Scene("form_person", "adm", "/records/person/new"),
    ]


def _records(made: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("record_draft", "clerk1", made["draft"]),
        Scene("record_returned", "clerk1", made["returned"]),
        Scene("record_asked", "mgr1", made["asked"], dark=True),
        Scene("record_action", "clerk1", made["asked"], _acts),
        Scene("record_menu", "clerk1", made["asked"], _opens_menu),
        Scene("record_different", "mgr2", made["different"]),
        Scene("record_difference", "dckm", made["difference"]),
        Scene("record_200_rows", "clerk1", made["long"]),
        Scene("record_history", "mgr2", made["different"], _unfolds),
        Scene("record_requisition", "mgr1", made["requisition"]),
        Scene("record_bought", "buyA", made["requisition_bought"]),
        Scene("record_order", "buyA", made["order"]),
        Scene("record_receipt", "clerk1", made["receipt"]),
        Scene("record_count", "mgr1", made["count"]),
        Scene("record_signed", "mgr1", made["signed"]),
        Scene("record_destroyed", "mgr1", made["gone"]),
        Scene("record_customer_return", "mgr1", made["back"]),
        Scene("record_master", "adm", made["store"]),
        Scene("record_item", "adm", made["item"]),
        Scene("record_person", "adm", made["person"]),
        Scene("signing", "clerk2", made["counted"], _signs),
    ]


def _stock() -> list[Scene]:
    return [
        Scene("stock", "clerk1", "/stock", dark=True),
        Scene("stock_store", "clerk1", "/stock?place=S01"),
        Scene("stock_item", "mgr1", "/stock?item=A100"),
        Scene("stock_item_place", "mgr1", "/stock?item=A100&place=S01"),
        Scene("stock_lots", "mgr1", "/stock?item=A101&place=S01"),
        Scene("stock_nothing", "mgr1", "/stock?place=S02&item=H900"),
        Scene("stock_card", "mgr1", "/stock/trail?item=A100&place=S01"),
        Scene("stock_movements", "mgr1", "/stock/movements?place=S01"),
        Scene("scan", "clerk1", "/scan"),
        Scene("scan_found", "clerk1", "/scan?code=A100"),
        Scene("scan_nothing", "clerk1", "/scan?code=000"),
        Scene("search", "mgr1", "/search?q=A100"),
        Scene("search_nothing", "mgr1", "/search?q=nothing+of+that+name"),
    ]


def _oneself() -> list[Scene]:
    return [
        Scene("notices", "clerk2", "/notices"),
        Scene("notices_none", "aud", "/notices"),
        Scene("new", "clerk1", "/new"),
        Scene("me", "mgr1", "/me", dark=True),
        Scene("me_away", "mgr3", "/me"),
        Scene("me_in_place_of", "mgr4", "/me"),
        Scene("me_clerk", "clerk1", "/me"),
        Scene("password", "mgr1", "/password"),
    ]


def _ends(made: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("not_found", "clerk1", "/records/transfer/00000000-0000-4000-8000-000000000000"),
        Scene("no_such_page", "clerk1", "/nothing/of/that/name"),
        Scene("forbidden", "aud", "/records/transfer/new"),
        Scene("not_now", "clerk1", f"{made['shipped']}/edit"),
        Scene("sign_in", "", "/sign-in"),
        Scene("sign_in_refused", "", "/sign-in", _fails),
        Scene("reference", "clerk1", "/api/docs"),
    ]


def _returns(page: Page) -> None:
    page.locator(".opened [data-action=return]").click()
    page.locator("dialog textarea, dialog input").first.wait_for()


def _asks_for_keys(page: Page) -> None:
    page.locator(".bulkplace").first.wait_for(state="attached")
    page.keyboard.press("?")


def _opens(place: str) -> Act:
    def act(page: Page) -> None:
        page.locator(f"[popovertarget={place}]").first.click()
        page.locator(f"#{place}").wait_for()

    return act


def _glances(page: Page) -> None:
    if page.viewport_size is not None and page.viewport_size["width"] < 1024:
        return
    page.locator("tr[data-glance]").first.locator("td").last.click()
    page.locator(".glance h2").first.wait_for()


def _picks_rows(page: Page) -> None:
    for number in range(1, 4):
        page.locator("input[data-pick]").nth(number).check()


def _types(page: Page) -> None:
    for row, (code, quantity) in enumerate((("A100", "100"), ("B200", "12")), 1):
        cells = page.locator("tr[data-row]").nth(row - 1).locator("input")
        cells.nth(0).fill(code)
        cells.nth(0).press("Enter")
        cells.nth(1).fill(quantity)
    page.locator("tr[data-row]").nth(2).wait_for()
    page.wait_for_load_state("networkidle")


def _opens_menu(page: Page) -> None:
    page.locator(".menu summary").first.click()


def _chooses(action: str) -> Act:
    def act(page: Page) -> None:
        page.locator(".menu summary").first.click()
        page.locator(f".menu [data-action={action}]").click()
        page.locator("dialog").wait_for()

    return act


def _unfolds(page: Page) -> None:
    page.locator(".history details summary").first.click()
    page.locator("#history").scroll_into_view_if_needed()


def _selects(page: Page) -> None:
    for number in range(3):
        page.locator(".tick input").nth(number).check()


def _approves(page: Page) -> None:
    if not page.locator(".opened [data-action=approve]").is_visible():
        page.locator("a.task").first.click()
    page.locator(".opened [data-action=approve]").click()


def _submits(page: Page) -> None:
    page.locator("[data-action=submit]").click()
    page.locator(".fault").first.wait_for()


def _picks(page: Page) -> None:
    page.locator("[data-field=to_store] input").click()
    page.locator(".picker li").first.wait_for()


def _acts(page: Page) -> None:
    page.locator(".acts button").first.click()


def _signs(page: Page) -> None:
    page.locator("[data-action=receive]").first.click()
    page.locator("dialog .signature button").click()
    page.locator("dialog canvas").wait_for()


def _fails(page: Page) -> None:
    page.locator("[name=account]").fill("clerk1")
    page.locator("[name=password]").fill("wrong")
    page.locator("button.primary").click()
