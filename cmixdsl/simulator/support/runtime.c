/* The C library functions that compilers and generated code call. Words may lie at any address:
   LDR and STR allow that on Armv7-M, and `packed` keeps LDM and LDRD, which do not, away. */
#include <string.h>

#include <stdint.h>

typedef struct __attribute__((packed, may_alias)) {
    uint32_t value;
} unaligned_word;

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    for (; bytes >= 16; bytes -= 16, t += 16, f += 16) {
        const uint32_t w0 = ((const unaligned_word *)f)[0].value;
        const uint32_t w1 = ((const unaligned_word *)f)[1].value;
        const uint32_t w2 = ((const unaligned_word *)f)[2].value;
        const uint32_t w3 = ((const unaligned_word *)f)[3].value;
        ((unaligned_word *)t)[0].value = w0;
        ((unaligned_word *)t)[1].value = w1;
        ((unaligned_word *)t)[2].value = w2;
        ((unaligned_word *)t)[3].value = w3;
    }
    for (; bytes >= 4; bytes -= 4, t += 4, f += 4)
        ((unaligned_word *)t)->value = ((const unaligned_word *)f)->value;
    for (; bytes > 0; --bytes)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((uintptr_t)t <= (uintptr_t)f) {
        for (size_t i = 0; i < bytes; ++i)
            t[i] = f[i];
    } else {
        for (size_t i = bytes; i > 0; --i)
            t[i - 1] = f[i - 1];
    }
    return to;
}

__attribute__((noinline)) void *memset(void *to, int value, size_t bytes)
{
    uint8_t *t = to;
    const uint32_t word = (uint8_t)value * UINT32_C(0x01010101);

    for (; bytes >= 32; bytes -= 32, t += 32) {
        ((unaligned_word *)t)[0].value = word;
        ((unaligned_word *)t)[1].value = word;
        ((unaligned_word *)t)[2].value = word;
        ((unaligned_word *)t)[3].value = word;
        ((unaligned_word *)t)[4].value = word;
        ((unaligned_word *)t)[5].value = word;
        ((unaligned_word *)t)[6].value = word;
        ((unaligned_word *)t)[7].value = word;
    }
    for (; bytes >= 4; bytes -= 4, t += 4)
        ((unaligned_word *)t)->value = word;
    for (; bytes > 0; --bytes)
        *t++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *p = a;
    const uint8_t *q = b;

    for (; bytes > 0; --bytes, ++p, ++q)
        if (*p != *q)
            return *p - *q;
    return 0;
}

#ifdef __clang__
/* clang calls these names of the Arm run-time ABI; gcc does not. */
#define ALIAS(name) __attribute__((alias(#name)))

void *__aeabi_memcpy(void *to, const void *from, size_t bytes) ALIAS(memcpy);
void *__aeabi_memcpy4(void *to, const void *from, size_t bytes) ALIAS(memcpy);
void *__aeabi_memcpy8(void *to, const void *from, size_t bytes) ALIAS(memcpy);
void *__aeabi_memmove(void *to, const void *from, size_t bytes) ALIAS(memmove);
void *__aeabi_memmove4(void *to, const void *from, size_t bytes) ALIAS(memmove);
void *__aeabi_memmove8(void *to, const void *from, size_t bytes) ALIAS(memmove);

/* Another order of arguments than memset's. */
void __aeabi_memset(void *to, size_t bytes, int value);
void __aeabi_memset4(void *to, size_t bytes, int value) ALIAS(__aeabi_memset);
void __aeabi_memset8(void *to, size_t bytes, int value) ALIAS(__aeabi_memset);
void __aeabi_memclr(void *to, size_t bytes);
void __aeabi_memclr4(void *to, size_t bytes) ALIAS(__aeabi_memclr);
void __aeabi_memclr8(void *to, size_t bytes) ALIAS(__aeabi_memclr);

void __aeabi_memset(void *to, size_t bytes, int value)
{
    memset(to, value, bytes);
}

void __aeabi_memclr(void *to, size_t bytes)
{
    memset(to, 0, bytes);
}
#endif
