"""`python -m examples.models` imports, checks and measures all networks."""

from examples.models.report import main

if __name__ == "__main__":
    main()
