"""`python -m examples.brevitas` runs the demonstration."""

from examples.brevitas.demo import main

if __name__ == "__main__":
    main()
