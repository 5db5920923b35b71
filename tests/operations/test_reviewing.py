"""What ended under a version, form by form and page by page, for whoever looks it over after rolling back."""

from __future__ import annotations

from tests.operations.house import House
from tests.operations.test_in_use import waits
from tests.operations.test_kept_rights import FLOW, FORM, handed, lays


def test_what_ended_under_a_version_comes_form_by_form_and_goes_on_where_a_page_ended(own_house: House) -> None:
    clerk, adm = own_house.be("clerk1"), own_house.be("adm")
    version = lays(own_house, FORM, FLOW, "p, clerk, slip, send, own")
    slips = sorted(handed(own_house) for _ in range(3))
    for each in slips:
        assert clerk.acts("slip", each, "send").status == 200
        assert clerk.acts("slip", each, "finish").body["state"] == "done"
    handed(own_house)
    duels = sorted(waits(clerk, 3))
    for each in duels:
        for account in ("clerk1b", "clerk1c"):
            assert own_house.be(account).decides("duel", each).status == 200
    waits(clerk, 1)
    path, every = f"definitions/finished/{version}", [*duels, *slips]
    whole = adm.get(path)
    assert ([each["id"] for each in whole["items"]], whole["next"]) == (every, None)
    for limit in (1, 2, 3, 6):
        pages = [adm.get(path, limit=str(limit))]
        while (cursor := pages[-1]["next"]) is not None:
            pages.append(adm.get(path, limit=str(limit), cursor=cursor))
        assert [item["id"] for each in pages for item in each["items"]] == every
    assert [each["id"] for each in adm.get(path, form="slip")["items"]] == slips
    assert adm.get(path, form="nothing")["items"] == []
    for wrong in (slips[0], "slip", "/" * 129):
        sent = adm.send("GET", path, cursor=wrong)
        assert (sent.status, sent.errors) == (422, [("/cursor", "bad_cursor")])
