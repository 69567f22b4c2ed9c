"""`python -m crossroads` is `crossroads`."""

from crossroads.cli import main

if __name__ == "__main__":
    main()
