import pytest

from metadx.runner.plan import Item, Plan


@pytest.fixture
def desk(tmp_path):
    """A folder for what the work notes."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def plan_of(desk):
    """Make a plan of numbered items; the work gets the desk, its number and what is added."""

    def make(work, count, *more, identity="1"):
        items = tuple(Item(f"item/{n:03}", (str(desk), n, *more)) for n in range(count))
        return Plan("demo", work, items, identity)

    return make
