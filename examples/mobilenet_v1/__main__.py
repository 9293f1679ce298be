"""Runs the example."""

from examples.mobilenet_v1.example import main

if __name__ == "__main__":
    main()
