"""archdsl: an architecture compiler for video networks.

    >>> import archdsl
    >>> network = archdsl.load("specs/x3d_s.arch").network()
    >>> network.costs.total.macs
    1962892112
"""

from archdsl.compiler import Network, Spec, load
from archdsl.diagnostics import CompileError, Diagnostic, Severity

__version__ = "0.1.0"
__all__ = ["CompileError", "Diagnostic", "Network", "Severity", "Spec", "load"]
