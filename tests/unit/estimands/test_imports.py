import subprocess
import sys


def test_nothing_heavier_than_numpy_is_imported():
    code = (
        "import sys, metadx.estimands.group, metadx.estimands.labelled;"
        "heavy = {'scipy', 'pandas', 'xarray', 'pymc', 'arviz', 'matplotlib'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
