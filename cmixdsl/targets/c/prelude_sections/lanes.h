/* Rearranging, adding and saturating the lanes of a word. Format: prelude.py. */

//! cmix_ror
CMIX_INLINE int32_t cmix_ror(int32_t x)
{
    return x;
}

//! cmix_ror_@n@
CMIX_INLINE int32_t cmix_ror_@n@(int32_t x)
{
    return (int32_t)(((uint32_t)x >> @n@) | ((uint32_t)x << (32 - @n@)));
}

//! cmix_sxtb16
CMIX_INLINE int32_t cmix_sxtb16(int32_t x)
{
#if CMIX_ACLE
    return (int32_t)__sxtb16(x);
#else
    return cmix_lanes((int8_t)x, (int8_t)(x >> 16));
#endif
}

//! cmix_sxtb16_ror@n@
CMIX_INLINE int32_t cmix_sxtb16_ror@n@(int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("sxtb16 %0, %1, ror #@n@" : "=r"(result) : "r"(x));
    return result;
#else
    const int32_t rotated = cmix_ror_@n@(x);
    return cmix_lanes((int8_t)rotated, (int8_t)(rotated >> 16));
#endif
}

//! cmix_uxtb16
CMIX_INLINE int32_t cmix_uxtb16(int32_t x)
{
#if CMIX_ACLE
    return (int32_t)__uxtb16(x);
#else
    return cmix_lanes((uint8_t)x, (uint8_t)(x >> 16));
#endif
}

//! cmix_uxtb16_ror@n@
CMIX_INLINE int32_t cmix_uxtb16_ror@n@(int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("uxtb16 %0, %1, ror #@n@" : "=r"(result) : "r"(x));
    return result;
#else
    const int32_t rotated = cmix_ror_@n@(x);
    return cmix_lanes((uint8_t)rotated, (uint8_t)(rotated >> 16));
#endif
}

//! cmix_sxtab16
CMIX_INLINE int32_t cmix_sxtab16(int32_t acc, int32_t x)
{
#if CMIX_ACLE
    return (int32_t)__sxtab16(acc, x);
#else
    return cmix_lanes(cmix_lane0(acc) + (int8_t)x, cmix_lane1(acc) + (int8_t)(x >> 16));
#endif
}

//! cmix_sxtab16_ror@n@
CMIX_INLINE int32_t cmix_sxtab16_ror@n@(int32_t acc, int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("sxtab16 %0, %1, %2, ror #@n@" : "=r"(result) : "r"(acc), "r"(x));
    return result;
#else
    const int32_t rotated = cmix_ror_@n@(x);
    return cmix_lanes(cmix_lane0(acc) + (int8_t)rotated, cmix_lane1(acc) + (int8_t)(rotated >> 16));
#endif
}

//! cmix_uxtab16
CMIX_INLINE int32_t cmix_uxtab16(int32_t acc, int32_t x)
{
#if CMIX_ACLE
    return (int32_t)__uxtab16(acc, x);
#else
    return cmix_lanes(cmix_lane0(acc) + (uint8_t)x, cmix_lane1(acc) + (uint8_t)(x >> 16));
#endif
}

//! cmix_uxtab16_ror@n@
CMIX_INLINE int32_t cmix_uxtab16_ror@n@(int32_t acc, int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("uxtab16 %0, %1, %2, ror #@n@" : "=r"(result) : "r"(acc), "r"(x));
    return result;
#else
    const int32_t rotated = cmix_ror_@n@(x);
    return cmix_lanes(cmix_lane0(acc) + (uint8_t)rotated,
                      cmix_lane1(acc) + (uint8_t)(rotated >> 16));
#endif
}

//! cmix_uxtab
CMIX_INLINE int32_t cmix_uxtab(int32_t acc, int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("uxtab %0, %1, %2" : "=r"(result) : "r"(acc), "r"(x));
    return result;
#else
    return (int32_t)((uint32_t)acc + (uint8_t)x);
#endif
}

//! cmix_uxtab_ror@n@
CMIX_INLINE int32_t cmix_uxtab_ror@n@(int32_t acc, int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("uxtab %0, %1, %2, ror #@n@" : "=r"(result) : "r"(acc), "r"(x));
    return result;
#else
    return (int32_t)((uint32_t)acc + (uint8_t)cmix_ror_@n@(x));
#endif
}

//! cmix_pkhbt
CMIX_INLINE int32_t cmix_pkhbt(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("pkhbt %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lanes(a, b >> 16);
#endif
}

//! cmix_pkhbt_lsl@n@
CMIX_INLINE int32_t cmix_pkhbt_lsl@n@(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("pkhbt %0, %1, %2, lsl #@n@" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return (int32_t)(((uint32_t)a & 0xffff) | (((uint32_t)b << @n@) & 0xffff0000));
#endif
}

//! cmix_pkhtb
CMIX_INLINE int32_t cmix_pkhtb(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("pkhtb %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lanes(b, a >> 16);
#endif
}

//! cmix_pkhtb_asr@n@
CMIX_INLINE int32_t cmix_pkhtb_asr@n@(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("pkhtb %0, %1, %2, asr #@n@" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lanes(b >> @n@, a >> 16);
#endif
}

//! cmix_sadd16
CMIX_INLINE int32_t cmix_sadd16(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__sadd16(a, b);
#else
    return cmix_lanes(cmix_lane0(a) + cmix_lane0(b), cmix_lane1(a) + cmix_lane1(b));
#endif
}

//! cmix_ssub16
CMIX_INLINE int32_t cmix_ssub16(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__ssub16(a, b);
#else
    return cmix_lanes(cmix_lane0(a) - cmix_lane0(b), cmix_lane1(a) - cmix_lane1(b));
#endif
}

//! cmix_uadd16
CMIX_INLINE int32_t cmix_uadd16(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__uadd16(a, b);
#else
    return cmix_lanes(cmix_lane0(a) + cmix_lane0(b), cmix_lane1(a) + cmix_lane1(b));
#endif
}

//! cmix_usub16
CMIX_INLINE int32_t cmix_usub16(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__usub16(a, b);
#else
    return cmix_lanes(cmix_lane0(a) - cmix_lane0(b), cmix_lane1(a) - cmix_lane1(b));
#endif
}

//! cmix_add_bytes
CMIX_INLINE int32_t cmix_add_bytes(int32_t a, int32_t b)
{
    /* Bits 6..0 of each byte add without a carry out, then bit 7 is added without carry. */
    const uint32_t x = (uint32_t)a, y = (uint32_t)b;
    return (int32_t)(((x & 0x7f7f7f7f) + (y & 0x7f7f7f7f)) ^ ((x ^ y) & 0x80808080));
}

//! cmix_sub_bytes
CMIX_INLINE int32_t cmix_sub_bytes(int32_t a, int32_t b)
{
    /* A set bit 7 in each byte of `a` takes up the borrow of bits 6..0. */
    const uint32_t x = (uint32_t)a, y = (uint32_t)b;
    return (int32_t)(((x | 0x80808080) - (y & 0x7f7f7f7f)) ^ ((x ^ ~y) & 0x80808080));
}

//! cmix_sadd8
CMIX_INLINE int32_t cmix_sadd8(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__sadd8(a, b);
#else
    return cmix_add_bytes(a, b);
#endif
}

//! cmix_ssub8
CMIX_INLINE int32_t cmix_ssub8(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__ssub8(a, b);
#else
    return cmix_sub_bytes(a, b);
#endif
}

//! cmix_uadd8
CMIX_INLINE int32_t cmix_uadd8(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__uadd8(a, b);
#else
    return cmix_add_bytes(a, b);
#endif
}

//! cmix_usub8
CMIX_INLINE int32_t cmix_usub8(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__usub8(a, b);
#else
    return cmix_sub_bytes(a, b);
#endif
}

//! cmix_clamp_signed
CMIX_INLINE int32_t cmix_clamp_signed(int32_t x, int32_t bits)
{
    return cmix_max(INT32_MIN >> (32 - bits), cmix_min(x, INT32_MAX >> (32 - bits)));
}

//! cmix_clamp_unsigned
CMIX_INLINE int32_t cmix_clamp_unsigned(int32_t x, int32_t bits)
{
    return cmix_max(0, cmix_min(x, INT32_MAX >> (31 - bits)));
}

//! cmix_ssat_@n@
CMIX_INLINE int32_t cmix_ssat_@n@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("ssat %0, #@n@, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_signed(x, @n@);
#endif
}

//! cmix_ssat_@n@_lsl@m@
CMIX_INLINE int32_t cmix_ssat_@n@_lsl@m@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("ssat %0, #@n@, %1, lsl #@m@" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_signed(cmix_shl(x, @m@), @n@);
#endif
}

//! cmix_ssat_@n@_asr@m@
CMIX_INLINE int32_t cmix_ssat_@n@_asr@m@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("ssat %0, #@n@, %1, asr #@m@" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_signed(x >> @m@, @n@);
#endif
}

//! cmix_ssat16_@n@
CMIX_INLINE int32_t cmix_ssat16_@n@(int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("ssat16 %0, #@n@, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_lanes(cmix_clamp_signed(cmix_lane0(x), @n@),
                      cmix_clamp_signed(cmix_lane1(x), @n@));
#endif
}

//! cmix_usat_@n@
CMIX_INLINE int32_t cmix_usat_@n@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("usat %0, #@n@, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_unsigned(x, @n@);
#endif
}

//! cmix_usat_@n@_lsl@m@
CMIX_INLINE int32_t cmix_usat_@n@_lsl@m@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("usat %0, #@n@, %1, lsl #@m@" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_unsigned(cmix_shl(x, @m@), @n@);
#endif
}

//! cmix_usat_@n@_asr@m@
CMIX_INLINE int32_t cmix_usat_@n@_asr@m@(int32_t x)
{
#if CMIX_THUMB2
    int32_t result;
    __asm__("usat %0, #@n@, %1, asr #@m@" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_clamp_unsigned(x >> @m@, @n@);
#endif
}

//! cmix_usat16_@n@
CMIX_INLINE int32_t cmix_usat16_@n@(int32_t x)
{
#if CMIX_DSP
    int32_t result;
    __asm__("usat16 %0, #@n@, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return cmix_lanes(cmix_clamp_unsigned(cmix_lane0(x), @n@),
                      cmix_clamp_unsigned(cmix_lane1(x), @n@));
#endif
}

//! cmix_clz
CMIX_INLINE int32_t cmix_clz(int32_t x)
{
#if CMIX_ACLE
    return x == 0 ? 32 : (int32_t)__builtin_clz((uint32_t)x);
#else
    int32_t zeros = 32;
    for (uint32_t rest = (uint32_t)x; rest != 0; rest >>= 1) {
        --zeros;
    }
    return zeros;
#endif
}

//! cmix_hold
/* Keeps a word in a register, so that it is not folded into instructions as an immediate. */
CMIX_INLINE int32_t cmix_hold(int32_t x)
{
    __asm__("" : "+r"(x));
    return x;
}
