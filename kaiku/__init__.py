"""The operating model of the card as code: pure rules that the kiosk and the register share.

Nothing here reads a clock, a file or a network; ``now`` and the facts are passed in. That is why
the kiosk and the register, given the same facts, say the same (promise P5).
"""
