"""The part of the package `flatbuffers` that cmixdsl calls."""
