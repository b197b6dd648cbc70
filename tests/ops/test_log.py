"""What the log says of a fault: where it was, and nothing of what was at hand there."""

import subprocess
import sys

FAULT = """
import structlog
from ops.log import set_up_log
set_up_log()
def sign_in(password):
    token = {"password": password}
    raise RuntimeError("no such thing")
try:
    sign_in("p4ssw0rd")
except RuntimeError as error:
    structlog.get_logger("test").error("post failed", exc_info=error)
"""


def test_a_fault_is_told_without_the_values_at_hand():
    said = subprocess.run([sys.executable, "-c", FAULT], capture_output=True, text=True, check=True).stderr
    assert "no such thing" in said
    assert "sign_in" in said
    assert "p4ssw0rd" not in said
