/* What every program may need: attributes, instruction sets, unaligned words, lanes. Format: prelude.py. */

//! CMIX_INLINE
/* Scheduling before register allocation makes GCC spill accumulators in unrolled kernels. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__arm__)
#pragma GCC optimize("no-schedule-insns")
#endif

#define CMIX_INLINE static inline __attribute__((always_inline, unused))

//! CMIX_NOINLINE
/* Keeps a layer a function of its own, so that a profiler can attribute time to it. Clang would
 * still put the addresses that it is called with into its code, which takes registers: `used`. */
#if defined(__clang__)
#define CMIX_NOINLINE __attribute__((noinline, used))
#else
#define CMIX_NOINLINE __attribute__((noinline))
#endif

//! CMIX_ROLLED
/* Before a loop that is unrolled already: GCC must not do so again. */
#if defined(__GNUC__) && !defined(__clang__)
#define CMIX_ROLLED _Pragma("GCC unroll 1")
#else
#define CMIX_ROLLED
#endif

//! CMIX_ONE_REGION
/* Registers for the function as a whole: GCC spills more when it splits loops that need them all. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__arm__)
#define CMIX_ONE_REGION __attribute__((optimize("no-schedule-insns", "ira-region=one")))
#else
#define CMIX_ONE_REGION
#endif

//! CMIX_IN_ORDER
/* Loads that stand together take a cycle each; GCC would move them towards their uses again. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__arm__)
#define CMIX_IN_ORDER __attribute__((optimize("no-schedule-insns", "no-schedule-insns2")))
#else
#define CMIX_IN_ORDER
#endif

//! CMIX_AS_WRITTEN
/* Besides, GCC would load what a block reads before the loop around it, only to keep it on the stack,
 * and merge bytes into words by more instructions than storing each takes. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__arm__)
#define CMIX_AS_WRITTEN                                                            \
    __attribute__((optimize("no-schedule-insns", "no-schedule-insns2", "no-gcse", \
            "no-store-merging", "ira-region=one")))
#else
#define CMIX_AS_WRITTEN
#endif

//! CMIX_ALIGNED
#define CMIX_ALIGNED(bytes) __attribute__((aligned(bytes)))

//! CMIX_DSP
/* The DSP extension of Armv7E-M and Armv8-M. */
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define CMIX_DSP 1
#else
#define CMIX_DSP 0
#endif

//! CMIX_LISTINGS
/* Loops in assembly, for GCC without a frame pointer: they may take R0 to R12 and LR. 0 takes the C
   beside them. */
#ifndef CMIX_LISTINGS
#if CMIX_DSP && defined(__OPTIMIZE__) && !defined(__PIC__) && !defined(__clang__)
#define CMIX_LISTINGS 1
#else
#define CMIX_LISTINGS 0
#endif
#endif

//! CMIX_ACLE
/* The Arm C Language Extensions, where they cover the DSP extension. */
#if defined(__ARM_FEATURE_SIMD32) && defined(__thumb2__)
#include <arm_acle.h>
#define CMIX_ACLE 1
#else
#define CMIX_ACLE 0
#endif

//! CMIX_THUMB2
/* 32-bit Thumb instructions: every core but Armv6-M and Armv8-M Baseline. */
#if defined(__thumb2__)
#define CMIX_THUMB2 1
#else
#define CMIX_THUMB2 0
#endif

//! cmix_int@n@
/* An int@n@_t that may lie in an array of any type, as buffers do in the arena. */
typedef int@n@_t __attribute__((may_alias)) cmix_int@n@;

//! cmix_lane0
CMIX_INLINE int32_t cmix_lane0(int32_t x)
{
    return (int16_t)x;
}

//! cmix_lane1
CMIX_INLINE int32_t cmix_lane1(int32_t x)
{
    return (int16_t)(x >> 16);
}

//! cmix_lanes
CMIX_INLINE int32_t cmix_lanes(int32_t lane0, int32_t lane1)
{
    return (int32_t)(((uint32_t)lane0 & 0xffff) | ((uint32_t)lane1 << 16));
}

//! memcpy
#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <string.h>
#else
#include <stddef.h>
void *memcpy(void *restrict target, const void *restrict source, size_t bytes);
#endif

//! memset
#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <string.h>
#else
#include <stddef.h>
void *memset(void *target, int value, size_t bytes);
#endif

//! cmix_load_word
CMIX_INLINE int32_t cmix_load_word(const void *address)
{
    int32_t word;
    __builtin_memcpy(&word, address, sizeof word);
    return word;
}

//! cmix_copy_words
/* Aligned, so that several words move in one instruction. */
CMIX_INLINE void cmix_copy_words(void *restrict target, const void *restrict source, uint32_t words)
{
    void *const to = __builtin_assume_aligned(target, 4);
    __builtin_memcpy(to, __builtin_assume_aligned(source, 4), 4 * words);
}

//! cmix_store_word
CMIX_INLINE void cmix_store_word(void *address, int32_t word)
{
    __builtin_memcpy(address, &word, sizeof word);
}
