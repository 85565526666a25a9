"""Leaves the corpus group out, and says so, where its folder is not named."""

import pytest

from tests.reference.corpus import LEFT_OUT, corpus_folder

collect_ignore = (
    []
    if corpus_folder()
    else ["test_stan_corpus.py", "test_peers_corpus.py", "test_regression_corpus.py"]
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """State what was not run; a test that was never collected cannot pass."""
    if corpus_folder() is None:
        terminalreporter.write_line(LEFT_OUT, yellow=True)
