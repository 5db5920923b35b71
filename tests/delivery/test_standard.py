"""The signature of Standard Webhooks, by the example that its makers publish and by two secrets at once."""

from __future__ import annotations

import re
import time

from engine.delivery.standard import headers, sign
from tests.house.source import ROOT

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def test_it_is_that_of_the_published_example() -> None:
    assert sign(SECRET, KEY, 1614265330, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_secret_in_force_signs_and_what_is_signed_cannot_be_changed() -> None:
    other = "whsec_" + "QUFB" * 8
    found = headers([SECRET, other], KEY, 1614265330, BODY)
    assert found["webhook-signature"] == f"{sign(SECRET, KEY, 1614265330, BODY)} {sign(other, KEY, 1614265330, BODY)}"
    assert (found["webhook-id"], found["webhook-timestamp"]) == (KEY, "1614265330")
    changed = {
        sign(SECRET, KEY, 1614265330, BODY + b" "),
        sign(SECRET, KEY, 1614265331, BODY),
        sign(SECRET, KEY + "x", 1614265330, BODY),
        sign(other, KEY, 1614265330, BODY),
        sign(SECRET, KEY, 1614265330, BODY),
    }
    assert len(changed) == 5


def test_the_example_for_integrators_takes_what_is_ours_and_nothing_else() -> None:
    page = (ROOT / "docs/integrator/README.md").read_text()
    (block,) = [each for each in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "is_ours" in each]
    names: dict[str, object] = {}
    exec(compile(block, "README", "exec"), names)  # our own page
    is_ours = names["is_ours"]
    assert callable(is_ours)
    other, now = "whsec_" + "QUFB" * 8, int(time.time())
    told = headers([other, SECRET], KEY, now, BODY)
    assert is_ours(SECRET, told, BODY)
    assert is_ours(other, told, BODY)
    assert not is_ours(SECRET, told, BODY + b" ")
    assert not is_ours("whsec_" + "QkJC" * 8, told, BODY)
    assert not is_ours(SECRET, headers([SECRET], KEY, now - 600, BODY), BODY)
