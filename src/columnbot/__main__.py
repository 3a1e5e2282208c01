"""`python -m columnbot` is the command line."""

from columnbot.cli import main

if __name__ == "__main__":
    main()
