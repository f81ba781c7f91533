"""What an operator does to the register from a shell: ``kaikukanta admin …``.

Each module adds the commands of one part of the register. A command is a plain function that
returns the text to print, or raises :class:`server.kaikukanta.admin.frame.CommandError`.
"""
