"""Long work in many pieces: on this machine or on a cluster, stopped and continued at will.

Nothing here knows what the pieces compute. `run.run_plan` is the door.
"""
