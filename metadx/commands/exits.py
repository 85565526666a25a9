"""How a command ends: the exit statuses."""

from typing import Final

CHECK_FAILED: Final = 1
BAD_INPUT: Final = 2
NO_ANSWER: Final = 3
FAULT: Final = 70
INTERRUPTED: Final = 130
