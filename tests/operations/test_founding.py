"""What a chain begins with."""

from tests.operations.house import House


def test_x(house: House) -> None:
    item = house.item(S01=300)
    print(house.be("clerk1").stock(item, "S01"))
