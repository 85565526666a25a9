"""The program as a process: what it loads, streams, signals and terminals."""

import json
import os
import pty
import re
import signal
import subprocess
import sys

import pytest

MAIN = "import sys; from metadx.cli import main; sys.argv[0] = 'metadx'; main()"
WITH_MODULES = """
import sys
sys.argv[0] = "metadx"
from metadx.cli import main
try:
    main()
finally:
    print("\\n".join({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
QUICK_PATH = {"metadx", "numpy", "typer", "rich", "pydantic", "pydantic_core"}
# What typer, pydantic and numpy bring along; the last is no module of its own.
BROUGHT = {
    "annotated_doc",
    "annotated_types",
    "shellingham",
    "typing_extensions",
    "typing_inspection",
    "cython_runtime",
}
HEAVY = (
    "scipy pandas xarray arviz matplotlib pymc pytensor nutpie numba openpyxl h5netcdf formulaic"
)
SUMMARY = {"summary.csv", "summary.json"}
STEMS = (
    *("forest", "sroc", "crosshair", "roc-ellipses", "likelihood-ratios"),
    *("fagan", "predictive-values", "decision-curve"),
)
# As a user has it: with buffers, which are written out once more at the end.
BUFFERED = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}


def run(*arguments, code=MAIN, **options):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


def modules(*arguments):
    done = run(*arguments, code=WITH_MODULES)
    assert done.returncode == 0
    loaded = set(done.stderr.decode().split())
    return {name for name in loaded if name not in sys.stdlib_module_names and name[0] != "_"}


@pytest.mark.parametrize("options", [(), ("--json",), ("--quiet",)])
def test_a_quick_run_loads_nothing_heavy(tmp_path, options):
    loaded = modules("run", "anti-ccp", "--quick", *options, "--out", tmp_path / "r")
    assert loaded >= {"metadx", "numpy", "typer", "pydantic"}
    assert ("rich" in loaded) == (not options), "no table, no library of tables"
    assert loaded <= QUICK_PATH | BROUGHT
    assert not loaded & set(HEAVY.split())
    assert {path.name for path in (tmp_path / "r").iterdir()} == SUMMARY


def test_help_loads_neither_numpy_nor_pydantic():
    loaded = modules("--help")
    assert "metadx" in loaded
    assert not loaded & {"numpy", "pydantic", *HEAVY.split()}


def test_check_loads_nothing_heavy():
    loaded = modules("check", "anti-ccp")
    assert loaded <= QUICK_PATH | BROUGHT
    assert "metadx" in loaded


def test_a_whole_run_in_a_pipe_prints_json_and_nothing_else(tmp_path):
    out = tmp_path / "r"
    done = run("run", "telomerase", "--json", "--no-report", "--out", out)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout == (out / "summary.json").read_bytes()
    assert json.loads(done.stdout)["review"] == "telomerase"
    figures = {f"{stem}.{kind}" for stem in STEMS for kind in ("svg", "png", "pdf")}
    assert {path.name for path in out.iterdir()} == SUMMARY | figures | {"fit.nc", "figures.txt"}
    again = run("run", "telomerase", "--json", "--quick", "--out", out)
    seconds = re.compile(rb'"seconds": [^,]+')
    assert seconds.sub(b"", again.stdout) == seconds.sub(b"", done.stdout)
    assert {path.name for path in out.iterdir()} == SUMMARY


def test_the_words_in_a_pipe_are_plain(tmp_path):
    done = run("run", "telomerase", "--quick", "--out", tmp_path / "r")
    assert done.stderr == b""
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout)


def test_an_encoding_without_the_letters_is_no_crash(tmp_path):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run("run", "telomerase", "--quick", "--out", tmp_path / "r", env=environment)
    assert done.returncode == 0
    assert b"I?, Zhou" in done.stdout
    done = run("run", "telomerase", "--quick", "--json", "--out", tmp_path / "r", env=environment)
    assert done.stdout == (tmp_path / "r" / "summary.json").read_bytes()


def test_a_reader_that_leaves_is_no_error(tmp_path):
    for options in ((), ("--json",)):
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-c", MAIN, "run", "telomerase", "--quick", *options]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "r")],
            stdout=writing,
            stderr=subprocess.PIPE,
            env=BUFFERED,
            check=False,
            timeout=120,
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (0, b"")
        assert {path.name for path in (tmp_path / "r").iterdir()} == SUMMARY
        (tmp_path / "r" / "summary.json").unlink()
        (tmp_path / "r" / "summary.csv").unlink()


def test_an_answer_that_cannot_be_printed_is_said(tmp_path):
    no_room = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); {MAIN}"
    command = [sys.executable, "-c", no_room, "run", "telomerase", "--quick"]
    with (tmp_path / "out").open("wb") as full:
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "r")],
            stdout=full,
            stderr=subprocess.PIPE,
            env=BUFFERED,
            check=False,
            timeout=120,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"metadx: the answer cannot be printed: ")
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "r").exists()


def test_streams_that_are_closed_are_no_crash(tmp_path):
    quoted = f"'{sys.executable}' -c \"{MAIN}\" run telomerase --quick --out '{tmp_path}/r'"
    done = subprocess.run(["sh", "-c", f"{quoted} --json >&- 2>&-"], check=False, timeout=120)
    assert done.returncode == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == SUMMARY


NOISY = """
import sys, warnings
import metadx.engines.fit as engines
from metadx.cli import main
def fit(*arguments, honest=engines.fit, **options):
    warnings.warn("a library will change", FutureWarning)
    return honest(*arguments, **options)
engines.fit = fit
sys.argv[0] = "metadx"
main()
"""


def test_warnings_of_libraries_are_not_shown_to_readers(tmp_path):
    done = run("run", "telomerase", "--quick", "--out", tmp_path / "r", code=NOISY)
    assert (done.returncode, done.stderr) == (0, b"")


SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
import metadx.engines.fit as engines
from metadx.cli import main
def slow(*_, **__):
    print("ready", flush=True)
    time.sleep(60)
engines.fit = slow
sys.argv[0] = "metadx"
main()
"""


def test_an_interrupted_run_ends_with_130_and_one_line(tmp_path):
    command = [sys.executable, "-c", SLOW, "run", "telomerase", "--out", str(tmp_path / "r")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err == "metadx: interrupted; an earlier result is untouched.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_gets_colours_and_progress_that_goes_away(tmp_path):
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    command = [sys.executable, "-c", MAIN, "run", "telomerase", "--no-figures", "--no-report"]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "r")],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end was closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait() == 0
    text = shown.decode()
    assert "\x1b[1;32mCan the fit be trusted? Yes" in text
    assert text.index("fitting ...") < text.index("How accurate") < text.index("writing fit.nc ...")
    left = text.rpartition("\x1b[2K")[2]
    assert "Written to" in left
    assert " ..." not in left
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor stays hidden"
