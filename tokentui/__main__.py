"""`python -m tokentui`, which is `tokentui`."""

from tokentui.cli import main

if __name__ == "__main__":
    main(prog_name="tokentui")
