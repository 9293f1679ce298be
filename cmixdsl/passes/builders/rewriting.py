"""Applies a pattern to the few operations of a large module that it is for."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern


def rewrite_each(module: ModuleOp, pattern: RewritePattern, kind: type[Operation]) -> None:
    """Applies `pattern` once to each operation of class `kind` that `module` has at present.

    In the order of the text, outer ones first; those that the pattern erases on the way are left
    out, and those that it creates. xDSL's walker does the same where it does not apply recursively,
    but asks the pattern about every operation, and keeps a list of all of them.
    """
    for op in [op for op in module.walk() if isinstance(op, kind)]:
        if op.parent is not None:
            pattern.match_and_rewrite(op, PatternRewriter(op))
