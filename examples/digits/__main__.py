"""`python -m examples.digits` runs the demonstration."""

from examples.digits.demo import main

if __name__ == "__main__":
    main()
