"""The first fit of a process by metadx, libraries loaded. Arguments: engine, CSV."""

import json
import sys
import time

import numpy as np

import metadx


def main(engine, file):
    """Fit, and print the estimates and the CPU seconds of the fit."""
    if engine == "nuts":
        import arviz  # noqa: F401 - loaded beforehand, as the libraries of other programs are
        import nutpie  # noqa: F401
        import pymc  # noqa: F401
    table, fit = metadx.read_table(file), metadx.fit
    began = time.process_time()
    fitted = fit(table, engine=engine)
    spent = time.process_time() - began
    sens, spec = np.median(1 / (1 + np.exp(-fitted.mu.reshape(-1, 2))), axis=0)
    sys.stdout.write(json.dumps({"sens": sens, "spec": spec, "fit_cpu": round(spent, 4)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
