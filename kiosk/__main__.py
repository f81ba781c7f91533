"""``kaikuportti`` as it is installed: says in one line where the kiosk's libraries are missing."""

import sys

BAD_CONFIG = 78


def main() -> int:
    """Run one command and return its exit code; 78 where its libraries are missing."""
    try:
        from kiosk.cli import main as run
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"kaikuportti: the library {error.name} is missing; it comes with the extra kiosk:"
            " pip install '.[kiosk]'\n"
        )
        return BAD_CONFIG
    return run()


if __name__ == "__main__":
    sys.exit(main())
