"""``kaikukanta`` as it is installed: tells in one line where its libraries are missing."""

import sys

CONFIGURATION = 78


def main() -> int:
    """Carry out a command and return the exit status; 78 where its libraries are missing."""
    try:
        from server.kaikukanta.cli import main as run
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"kaikukanta: the library {error.name} is missing; it comes with the extra server:"
            " pip install '.[server]'\n"
        )
        return CONFIGURATION
    return run()


if __name__ == "__main__":
    sys.exit(main())
