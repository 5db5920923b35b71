"""Where the server may be made to connect: however an address inside is spelled, it is refused."""

from __future__ import annotations

import ipaddress

import pytest

from engine.access.addresses import Goal, Unfit, is_open, read
from engine.access.postal import is_address

INSIDE = (
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[fd00:ec2::254]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "localhost",
    "db.localhost",
    "printer.local",
    "metadata.google.internal",
    "[::127.0.0.1]",
)
WRONG = (
    "",
    "example.com",
    "https://",
    "https:///x",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://good@evil.example/",
    "https://u:p@evil.example/",
    "https://example.com/a b",
    "https://example.com/\r\nX: y",
    "https://example.com\\@evil.example/",
    "https://exa mple.com/",
    "https://example.com/#part",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://[::1/",
    "https://例子.example/",
    "https://example.com/" + "x" * 1000,
    "https://-x/",
    "https://localhost./",
)


@pytest.mark.parametrize("host", INSIDE)
def test_what_is_inside_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(Unfit) as caught:
        read(f"https://{host}/hook", private=False)
    assert caught.value.code == "private_address"
    assert read(f"https://{host}/hook", private=True).path == "/hook"


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize("private", [True, False])
def test_what_is_no_address_is_refused_whoever_is_allowed(url: str, private: bool) -> None:
    with pytest.raises(Unfit) as caught:
        read(url, private=private)
    assert caught.value.code == "bad_address"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "not_https"),
        ("https://example.com:22/", "not_this_port"),
        ("https://example.com:25/", "not_this_port"),
        ("https://example.com:5432/", "not_this_port"),
    ],
)
def test_only_https_and_few_ports_unless_allowed(url: str, code: str) -> None:
    with pytest.raises(Unfit) as caught:
        read(url, private=False)
    assert caught.value.code == code
    assert read(url, private=True).host == "example.com"


def test_what_is_open_is_taken_apart() -> None:
    assert read("https://Hooks.example.com/a?b=c", private=False) == Goal(True, "hooks.example.com", 443, "/a?b=c")
    assert read("https://8.8.8.8:8443", private=False) == Goal(True, "8.8.8.8", 8443, "/")
    assert read("https://[2606:4700::1111]/x", private=False).host == "2606:4700::1111"
    assert read("http://127.0.0.1:9/x", private=True) == Goal(False, "127.0.0.1", 9, "/x")


def test_an_address_that_stands_for_one_inside_is_inside() -> None:
    for each in ("::ffff:8.8.8.8", "8.8.8.8", "2606:4700::1111"):
        assert is_open(ipaddress.ip_address(each)), each
    for each in ("::ffff:10.0.0.1", "64:ff9b::808:808", "2002:808:808::", "240.0.0.1", "ff02::1", "::"):
        assert not is_open(ipaddress.ip_address(each)), each


@pytest.mark.parametrize("typed", ["a@b.example", "first.last+tag@sub.shop.example", "x@localhost", "a'b@c-d.example"])
def test_a_mail_address_is_one(typed: str) -> None:
    assert is_address(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "a", "a@", "@b", "a@b\r\nBcc: c@d", "a@b,c@d", "A <a@b>", "a b@c", "a@b@c", "a..b@c", ".a@b", "a@-b", "a@b\n",
     "例@b.example", "a" * 65 + "@b.example", "a@" + "b" * 260],
)  # fmt: skip
def test_what_is_no_single_mail_address_is_none(typed: str) -> None:
    assert not is_address(typed)
