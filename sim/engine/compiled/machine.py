"""What the kernel asks of the processor beneath Python: records at addresses, memory ahead of its use, wide numbers.

Each function builds instructions when the kernel is compiled; ``typing_context`` and the types of the arguments are
Numba's, and callers leave the former out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic

_instruction: Any = intrinsic


def record_reader(offset: int, dtype: np.dtype[Any]) -> Any:
    """``at(s, index)``: record ``index``, by reference, of the table whose address stands ``offset`` bytes into ``s``.

    It is built into whatever uses it: as a function it would be compiled and optimised once for each use.
    """
    kind = from_dtype(dtype)

    @_instruction
    def at(typing_context: Any, s: Any, index: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            start = builder.load(cgutils.get_record_member(builder, arguments[0], offset, ir.IntType(64)))
            nth = context.cast(builder, arguments[1], signature.args[1], types.int64)
            place = builder.add(start, builder.mul(nth, start.type(kind.size)))
            return builder.inttoptr(place, context.get_value_type(kind))

        return kind(s, index), build

    return at


@_instruction
def fetch_ahead(typing_context: Any, address: Any) -> Any:
    """Have the processor bring the memory at an address nearer: it is soon read. Any address will do."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
        prefetch = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [pointer, number, number, number]), "llvm.prefetch.p0"
        )
        place = builder.inttoptr(arguments[0], pointer)
        builder.call(prefetch, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(types.int64), build


@_instruction
def next_bit(typing_context: Any, word: Any, first: Any) -> Any:
    """How many bits of a word, from bit ``first`` (0 to 63) on, are clear before one that is set; 64 if none is."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(builder.lshr(*arguments), ir.IntType(1)(0))

    return types.int64(types.int64, types.int64), build


@_instruction
def is_before(typing_context: Any, first: Any, second: Any, other_first: Any, other_second: Any) -> Any:
    """Whether a key of two numbers, none negative, is less than another: as 128 bits, without a branch."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        halves = [builder.zext(number, wide) for number in arguments]
        one, other = (builder.or_(builder.shl(high, wide(64)), low) for high, low in (halves[:2], halves[2:]))
        return builder.icmp_unsigned("<", one, other)

    return types.boolean(*(types.int64,) * 4), build


@_instruction
def stands_alone(typing_context: Any) -> Any:
    """Have the function in which this stands called, and not built into each of its callers: it is large, or seldom run.

    The kernel is compiled in half the time so.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        attributes = builder.function.attributes
        attributes.discard("alwaysinline")  # which Numba passes on from a caller that is built in
        attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), build
