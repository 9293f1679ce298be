"""The part of the package `flatbuffers` that cmixdsl calls."""

from flatbuffers.builder import Builder as Builder
