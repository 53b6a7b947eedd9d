"""What the kernel asks of the processor beneath Python: records at addresses, memory ahead of its use, wide numbers.

Each function builds instructions when the kernel is compiled; ``typing_context`` and the types of the arguments are
Numba's, and callers leave the former out.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_instruction: Any = intrinsic


@_instruction
def record(typing_context: Any, address: Any, index: Any, dtype: Any) -> Any:
    """The record at ``address + index * itemsize``, by reference."""
    kind = dtype.dtype

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start, nth = arguments[0], context.cast(builder, arguments[1], signature.args[1], types.int64)
        place = builder.add(start, builder.mul(nth, start.type(kind.size)))
        return builder.inttoptr(place, context.get_value_type(kind))

    return kind(types.int64, index, dtype), build


@_instruction
def fetch_ahead(typing_context: Any, address: Any, index: Any) -> Any:
    """Have the processor bring 128 bytes of a table of 32-bit numbers nearer, from ``index`` on: they are soon read."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
        prefetch = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [pointer, number, number, number]), "llvm.prefetch.p0"
        )
        start = builder.add(arguments[0], builder.shl(arguments[1], ir.IntType(64)(2)))
        for line in (0, 64):
            place = builder.inttoptr(builder.add(start, start.type(line)), pointer)
            builder.call(prefetch, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), build


@_instruction
def is_before(typing_context: Any, first: Any, second: Any, other_first: Any, other_second: Any) -> Any:
    """Whether a key of two numbers, none negative, is less than another: as 128 bits, without a branch."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        halves = [builder.zext(number, wide) for number in arguments]
        one, other = (builder.or_(builder.shl(high, wide(64)), low) for high, low in (halves[:2], halves[2:]))
        return builder.icmp_unsigned("<", one, other)

    return types.boolean(*(types.int64,) * 4), build
