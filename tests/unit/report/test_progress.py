import io

import pytest

from metadx.report.progress import progress


def test_a_terminal_shows_one_line_which_is_gone_at_the_end(terminal):
    with progress(terminal) as say:
        say("fitting")
        say("drawing forest")
    assert "drawing forest ..." in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_it_is_gone_also_where_something_fails(terminal):
    def fail():
        with progress(terminal) as say:
            say("fitting")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_pipe_shows_nothing(monkeypatch, terminal):
    pipe = io.StringIO()
    monkeypatch.setenv("TERM", "dumb")
    for stream in (pipe, terminal):
        with progress(stream) as say:
            say("fitting")
        assert stream.getvalue() == ""
