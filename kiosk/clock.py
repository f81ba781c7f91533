"""Whether the machine's clock is kept right by NTP, as the kernel says (promise P7)."""

import ctypes

_TIME_ERROR = 5
_LARGER_THAN_TIMEX = 512


def is_synchronised() -> bool:
    """Tell whether a time service keeps the clock; it says so to the kernel, whichever it is."""
    ask = getattr(ctypes.CDLL(None), "adjtimex", None)  # Linux has it
    timex = ctypes.create_string_buffer(_LARGER_THAN_TIMEX)  # all zeros: change nothing
    return ask is not None and 0 <= int(ask(timex)) < _TIME_ERROR
