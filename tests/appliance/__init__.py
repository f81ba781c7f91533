"""The kiosk on a real kernel: a virtual machine with a kiosk's devices, and a plug to pull.

``make appliance`` runs it; ``docs/development.md`` says what it needs.
"""
