/* Integer arithmetic without undefined behaviour: overflow wraps. Format: prelude.py. */

//! cmix_add
CMIX_INLINE int32_t cmix_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

//! cmix_sub
CMIX_INLINE int32_t cmix_sub(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

//! cmix_mul
CMIX_INLINE int32_t cmix_mul(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

//! cmix_shl
CMIX_INLINE int32_t cmix_shl(int32_t a, int32_t n)
{
    return (int32_t)((uint32_t)a << n);
}

//! cmix_shr
CMIX_INLINE int32_t cmix_shr(int32_t a, int32_t n)
{
    return (int32_t)((uint32_t)a >> n);
}

//! cmix_add64
CMIX_INLINE int64_t cmix_add64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

//! cmix_sub64
CMIX_INLINE int64_t cmix_sub64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

//! cmix_mul64
CMIX_INLINE int64_t cmix_mul64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

//! cmix_shl64
CMIX_INLINE int64_t cmix_shl64(int64_t a, int64_t n)
{
    return (int64_t)((uint64_t)a << n);
}

//! cmix_shr64
CMIX_INLINE int64_t cmix_shr64(int64_t a, int64_t n)
{
    return (int64_t)((uint64_t)a >> n);
}

//! cmix_min
CMIX_INLINE int32_t cmix_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

//! cmix_max
CMIX_INLINE int32_t cmix_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

//! cmix_umin
CMIX_INLINE int32_t cmix_umin(int32_t a, int32_t b)
{
    return (uint32_t)a < (uint32_t)b ? a : b;
}

//! cmix_umax
CMIX_INLINE int32_t cmix_umax(int32_t a, int32_t b)
{
    return (uint32_t)a > (uint32_t)b ? a : b;
}

//! cmix_min64
CMIX_INLINE int64_t cmix_min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

//! cmix_max64
CMIX_INLINE int64_t cmix_max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

//! cmix_div
/* A division by zero gives 0. */
CMIX_INLINE int32_t cmix_div(int32_t a, int32_t b)
{
    if (b == 0 || b == -1) {
        return b == 0 ? 0 : (int32_t)(0 - (uint32_t)a);
    }
    return a / b;
}

//! cmix_rem
CMIX_INLINE int32_t cmix_rem(int32_t a, int32_t b)
{
    return b == 0 || b == -1 ? 0 : a % b;
}

//! cmix_udiv
CMIX_INLINE int32_t cmix_udiv(int32_t a, int32_t b)
{
    return b == 0 ? 0 : (int32_t)((uint32_t)a / (uint32_t)b);
}

//! cmix_urem
CMIX_INLINE int32_t cmix_urem(int32_t a, int32_t b)
{
    return b == 0 ? 0 : (int32_t)((uint32_t)a % (uint32_t)b);
}

//! cmix_floordiv
CMIX_INLINE int32_t cmix_floordiv(int32_t a, int32_t b)
{
    const bool inexact = cmix_rem(a, b) != 0;
    return cmix_div(a, b) - ((a < 0) != (b < 0) && inexact ? 1 : 0);
}

//! cmix_ceildiv
CMIX_INLINE int32_t cmix_ceildiv(int32_t a, int32_t b)
{
    const bool inexact = cmix_rem(a, b) != 0;
    return cmix_div(a, b) + ((a < 0) == (b < 0) && inexact ? 1 : 0);
}

//! cmix_uceildiv
CMIX_INLINE int32_t cmix_uceildiv(int32_t a, int32_t b)
{
    return cmix_add(cmix_udiv(a, b), cmix_urem(a, b) != 0 ? 1 : 0);
}
