/* Multiplications of 16-bit lanes, whole words, and words into 64 bits. Format: prelude.py. */

//! cmix_hi32
CMIX_INLINE int32_t cmix_hi32(int64_t x)
{
    return (int32_t)(x >> 32);
}

//! cmix_smuad
CMIX_INLINE int32_t cmix_smuad(int32_t a, int32_t b)
{
#if CMIX_ACLE
    return (int32_t)__smuad(a, b);
#else
    return cmix_add(cmix_lane0(a) * cmix_lane0(b), cmix_lane1(a) * cmix_lane1(b));
#endif
}

//! cmix_smlad
CMIX_INLINE int32_t cmix_smlad(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlad(a, b, acc);
#else
    return cmix_add(acc, cmix_add(cmix_lane0(a) * cmix_lane0(b), cmix_lane1(a) * cmix_lane1(b)));
#endif
}

//! cmix_smladx
CMIX_INLINE int32_t cmix_smladx(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smladx(a, b, acc);
#else
    return cmix_add(acc, cmix_add(cmix_lane0(a) * cmix_lane1(b), cmix_lane1(a) * cmix_lane0(b)));
#endif
}

//! cmix_smlsd
CMIX_INLINE int32_t cmix_smlsd(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlsd(a, b, acc);
#else
    return cmix_add(acc, cmix_lane0(a) * cmix_lane0(b) - cmix_lane1(a) * cmix_lane1(b));
#endif
}

//! cmix_smulbb
CMIX_INLINE int32_t cmix_smulbb(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smulbb %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lane0(a) * cmix_lane0(b);
#endif
}

//! cmix_smulbt
CMIX_INLINE int32_t cmix_smulbt(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smulbt %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lane0(a) * cmix_lane1(b);
#endif
}

//! cmix_smultb
CMIX_INLINE int32_t cmix_smultb(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smultb %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lane1(a) * cmix_lane0(b);
#endif
}

//! cmix_smultt
CMIX_INLINE int32_t cmix_smultt(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smultt %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_lane1(a) * cmix_lane1(b);
#endif
}

//! cmix_smlabb
CMIX_INLINE int32_t cmix_smlabb(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlabb(a, b, acc);
#else
    return cmix_add(acc, cmix_lane0(a) * cmix_lane0(b));
#endif
}

//! cmix_smlabt
CMIX_INLINE int32_t cmix_smlabt(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlabt(a, b, acc);
#else
    return cmix_add(acc, cmix_lane0(a) * cmix_lane1(b));
#endif
}

//! cmix_smlatb
CMIX_INLINE int32_t cmix_smlatb(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlatb(a, b, acc);
#else
    return cmix_add(acc, cmix_lane1(a) * cmix_lane0(b));
#endif
}

//! cmix_smlatt
CMIX_INLINE int32_t cmix_smlatt(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_ACLE
    return (int32_t)__smlatt(a, b, acc);
#else
    return cmix_add(acc, cmix_lane1(a) * cmix_lane1(b));
#endif
}

//! cmix_mla
CMIX_INLINE int32_t cmix_mla(int32_t a, int32_t b, int32_t acc)
{
    return cmix_add(acc, cmix_mul(a, b));
}

//! cmix_mls
CMIX_INLINE int32_t cmix_mls(int32_t a, int32_t b, int32_t acc)
{
    return cmix_sub(acc, cmix_mul(a, b));
}

//! cmix_smmul
CMIX_INLINE int32_t cmix_smmul(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smmul %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_hi32((int64_t)a * b);
#endif
}

//! cmix_smmulr
CMIX_INLINE int32_t cmix_smmulr(int32_t a, int32_t b)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return cmix_hi32((int64_t)a * b + (INT64_C(1) << 31));
#endif
}

//! cmix_smmla
CMIX_INLINE int32_t cmix_smmla(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
#else
    return cmix_add(acc, cmix_hi32((int64_t)a * b));
#endif
}

//! cmix_smmlar
CMIX_INLINE int32_t cmix_smmlar(int32_t a, int32_t b, int32_t acc)
{
#if CMIX_DSP
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
#else
    return cmix_add(acc, cmix_hi32((int64_t)a * b + (INT64_C(1) << 31)));
#endif
}

//! cmix_smull
CMIX_INLINE void cmix_smull(int32_t *lo, int32_t *hi, int32_t a, int32_t b)
{
    const int64_t product = (int64_t)a * b;
    *lo = (int32_t)product;
    *hi = (int32_t)(product >> 32);
}

//! cmix_umull
CMIX_INLINE void cmix_umull(int32_t *lo, int32_t *hi, int32_t a, int32_t b)
{
    const uint64_t product = (uint64_t)(uint32_t)a * (uint32_t)b;
    *lo = (int32_t)product;
    *hi = (int32_t)(product >> 32);
}

//! cmix_smlal
/* Inline asm, as compilers regroup sums of 64-bit products and run out of registers. */
CMIX_INLINE void cmix_smlal(int32_t *lo, int32_t *hi, int32_t a, int32_t b)
{
#if CMIX_THUMB2
    __asm__("smlal %0, %1, %2, %3" : "+r"(*lo), "+r"(*hi) : "r"(a), "r"(b));
#else
    const uint64_t acc = ((uint64_t)(uint32_t)*hi << 32) + (uint32_t)*lo;
    const uint64_t sum = acc + (uint64_t)((int64_t)a * b);
    *lo = (int32_t)sum;
    *hi = (int32_t)(sum >> 32);
#endif
}

//! cmix_umlal
/* Inline asm, as compilers regroup sums of 64-bit products and run out of registers. */
CMIX_INLINE void cmix_umlal(int32_t *lo, int32_t *hi, int32_t a, int32_t b)
{
#if CMIX_THUMB2
    __asm__("umlal %0, %1, %2, %3" : "+r"(*lo), "+r"(*hi) : "r"(a), "r"(b));
#else
    const uint64_t acc = ((uint64_t)(uint32_t)*hi << 32) + (uint32_t)*lo;
    const uint64_t sum = acc + (uint64_t)(uint32_t)a * (uint32_t)b;
    *lo = (int32_t)sum;
    *hi = (int32_t)(sum >> 32);
#endif
}
