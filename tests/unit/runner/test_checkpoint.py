import json

import pytest

from metadx.errors import MetadxError
from metadx.runner.checkpoint import FILE, Checkpoint, checkpoint
from metadx.runner.plan import Item, Outcome, Plan
from metadx.runner.run import run_plan

HEAD = b'{"format": "metadx/replications/1", "plan": "demo", "identity": "1"}\n'
A, B = b'{"key": "a", "value": {"x": 0.1}}\n', b'{"key": "b", "error": "ValueError: no"}\n'
DONE = {"a": Outcome("a", {"x": 0.1}), "b": Outcome("b", error="ValueError: no")}


def plan(identity="1", name="demo", work=dict):
    return Plan(name, work, (Item("a", ({"x": 0.1},)), Item("b", (3,))), identity)


def write(folder, content):
    (folder / FILE).write_bytes(content)


def test_a_new_one_says_what_it_is_of(tmp_path):
    folder = tmp_path / "new" / "r"
    with checkpoint(plan(), folder) as done:
        assert done.finished == {}
        done.add(A.decode().strip())
        assert (folder / FILE).read_bytes() == HEAD + A, "a finished item is with the system"
    with checkpoint(plan(), folder) as done:
        assert done.finished == {"a": DONE["a"]}


def test_an_item_is_written_once(tmp_path):
    with checkpoint(plan(), tmp_path) as done:
        for line in (A, B, A):
            done.add(line.decode().strip())
    assert (tmp_path / FILE).read_bytes() == HEAD + A + B


@pytest.mark.parametrize("cut", range(1, len(B)))
def test_what_a_kill_left_of_the_last_line_is_dropped(tmp_path, cut):
    write(tmp_path, HEAD + A + B[:-cut])
    with checkpoint(plan(), tmp_path) as done:
        assert done.finished == {"a": DONE["a"]}
        done.add(B.decode().strip())
    assert (tmp_path / FILE).read_bytes() == HEAD + A + B


@pytest.mark.parametrize("rest", [b"\0\0\0\n", b"{}\n", b"3\n", b'{"key": "b", "val\n', b"\xff\n"])
def test_a_last_line_that_says_nothing_is_dropped(tmp_path, rest):
    write(tmp_path, HEAD + A + rest)
    with checkpoint(plan(), tmp_path) as done:
        assert done.finished == {"a": DONE["a"]}
    assert (tmp_path / FILE).read_bytes() == HEAD + A


@pytest.mark.parametrize("cut", range(1, len(HEAD) + 1))
def test_without_a_whole_first_line_it_begins_anew(tmp_path, cut):
    write(tmp_path, HEAD[:-cut])
    with checkpoint(plan(), tmp_path) as done:
        assert done.finished == {}
    assert (tmp_path / FILE).read_bytes() == HEAD


def test_damage_elsewhere_is_refused_and_not_mended(tmp_path):
    content = HEAD + b"\0\0\n" + A
    write(tmp_path, content)
    with pytest.raises(MetadxError, match=rf"line 2 of {FILE} is damaged; delete that file"):
        run_plan(plan(), tmp_path, workers=1)
    write(tmp_path, b"notes\n")
    with pytest.raises(MetadxError, match=rf"line 1 of {FILE} is damaged"):
        run_plan(plan(), tmp_path, workers=1)
    assert (tmp_path / FILE).read_bytes() == b"notes\n"


@pytest.mark.parametrize(
    ("other", "whose"),
    [
        (plan("2"), "a run of demo made with other settings"),
        (plan(name="sbc"), "a run of demo made with other settings"),
    ],
)
def test_other_work_is_refused_with_the_way_out(tmp_path, other, whose):
    run_plan(plan(), tmp_path, workers=1)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(MetadxError) as caught:
        run_plan(other, tmp_path, workers=1)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}: {FILE} there holds {whose}")
    assert "take another folder, or delete that file" in message
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_of_another_program_is_refused(tmp_path):
    write(tmp_path, b'{"format": "else"}\n')
    with pytest.raises(MetadxError, match="holds something made with"):
        run_plan(plan(), tmp_path, workers=1)


def test_two_at_once_are_refused_in_one_process_too(tmp_path):
    with (
        checkpoint(plan(), tmp_path),
        pytest.raises(MetadxError, match="another run is working"),
        checkpoint(plan(), tmp_path),
    ):
        pass


def test_an_item_counts_once_and_items_of_a_longer_run_are_left_alone(tmp_path):
    extra = b'{"key": "z", "value": {}}\n'
    again = b'{"key": "a", "value": {"x": 9}}\n'
    write(tmp_path, HEAD + A + extra + again)
    outcomes = run_plan(plan(), tmp_path, workers=1)
    assert [outcome.key for outcome in outcomes] == ["a", "b"]
    assert outcomes[0].value == {"x": 0.1}
    assert (tmp_path / FILE).read_bytes().startswith(HEAD + A + extra + again)


def test_outcomes_are_the_same_fresh_and_from_the_checkpoint(tmp_path):
    values = {"x": [0.1, 1e-300, 1 / 3, -0.0, 10**17 + 1], "pair": (1, 2), "none": None, "é": "ü"}
    fresh = run_plan(Plan("p", dict, (Item("a", (values,)),), "1"), tmp_path, workers=1)
    stored = run_plan(Plan("p", dict, (Item("a", (values,)),), "1"), tmp_path, workers=1)
    assert fresh == stored
    assert fresh[0].value == values | {"pair": [1, 2]}
    assert str(fresh[0].value["x"][3]) == "-0.0"
    for line in (tmp_path / FILE).read_text().splitlines():
        json.loads(line)


def test_a_line_that_found_no_room_ends_the_run(tmp_path):
    class Full:
        def write(self, content):
            return len(content) - 3

    done = Checkpoint(Full(), {})
    with pytest.raises(OSError, match="No space left"):
        done.add(A.decode().strip())
    assert not done.finished


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "notes").write_text("x")
    with (
        pytest.raises(MetadxError, match="notes: is a file; wanted a folder"),
        checkpoint(plan(), tmp_path / "notes"),
    ):
        pass
