/* Start code under QEMU: reads the inputs of every run from inputs.bin, calls the function, writes
   outputs.bin, all by semihosting. Other emulators call cmix_call themselves and skip this. */
#include <stddef.h>
#include <stdint.h>

/* Arm semihosting, version 2: operation numbers. */
enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { OPEN_READ_BINARY = 1, OPEN_WRITE_BINARY = 5 };
enum { STOPPED_APPLICATION_EXIT = 0x20026 };
enum { EXIT_FAULT = 3, EXIT_FILES = 4 };

static const uint32_t PAINT = 0xA5A5A5A5u; /* cmix_paint_stack has it too */

typedef struct {
    uint8_t *address; /* null ends a list */
    uint32_t bytes;
} buffer;

extern const buffer cmix_inputs[];
extern const buffer cmix_outputs[];
extern uint32_t cmix_stack_bottom[];
extern uint32_t cmix_stack_top[];
extern uint32_t *cmix_stack_at_call;

void cmix_call(void);
void cmix_reset(void);
void cmix_fault(void);
void cmix_paint_stack(void);
_Noreturn void cmix_main(void);
_Noreturn void cmix_report_fault(uint32_t pc, uint32_t sp);

static int32_t semihosting_call(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;

    __asm__ volatile("bkpt #0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

static _Noreturn void leave(uint32_t code)
{
    const uint32_t arguments[2] = {STOPPED_APPLICATION_EXIT, code};

    for (;;)
        semihosting_call(SYS_EXIT_EXTENDED, arguments);
}

static int32_t open_file(const char *name, uint32_t name_bytes, uint32_t mode)
{
    const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, mode, name_bytes};
    const int32_t file = semihosting_call(SYS_OPEN, arguments);

    if (file == -1)
        leave(EXIT_FILES);
    return file;
}

/* SYS_READ and SYS_WRITE return the number of bytes that were not transferred. */
static void transfer(uint32_t operation, int32_t file, void *address, uint32_t bytes)
{
    const uint32_t arguments[3] = {(uint32_t)file, (uint32_t)(uintptr_t)address, bytes};

    if (semihosting_call(operation, arguments) != 0)
        leave(EXIT_FILES);
}

static void write_file(const char *name, uint32_t name_bytes, uint32_t *words, uint32_t bytes)
{
    transfer(SYS_WRITE, open_file(name, name_bytes, OPEN_WRITE_BINARY), words, bytes);
}

/* All of the stack that is not in use: this function itself needs none. */
__attribute__((naked)) void cmix_paint_stack(void)
{
    __asm__("ldr r0, =cmix_stack_bottom\n\t"
            "ldr r1, =0xA5A5A5A5\n\t"
            "mov r2, sp\n"
            "1: str r1, [r0], #4\n\t"
            "cmp r0, r2\n\t"
            "blo 1b\n\t"
            "bx lr\n\t"
            ".ltorg");
}

static uint32_t get_peak_stack_bytes(void)
{
    const uint32_t *p = cmix_stack_bottom;

    while (p < cmix_stack_at_call && *p == PAINT)
        ++p;
    return (uint32_t)((uintptr_t)cmix_stack_at_call - (uintptr_t)p);
}

void cmix_main(void)
{
    const int32_t inputs = open_file("inputs.bin", 10, OPEN_READ_BINARY);
    const int32_t outputs = open_file("outputs.bin", 11, OPEN_WRITE_BINARY);
    uint32_t runs;

    transfer(SYS_READ, inputs, &runs, sizeof runs);
    for (uint32_t run = 0; run < runs; ++run) {
        for (const buffer *b = cmix_inputs; b->address != NULL; ++b)
            transfer(SYS_READ, inputs, b->address, b->bytes);
        if (run == 0)
            cmix_paint_stack();
        cmix_call();
        if (run == 0) {
            uint32_t bytes = get_peak_stack_bytes();

            write_file("stack.bin", 9, &bytes, sizeof bytes);
        }
        for (const buffer *b = cmix_outputs; b->address != NULL; ++b)
            transfer(SYS_WRITE, outputs, b->address, b->bytes);
    }
    leave(0);
}

__attribute__((naked)) void cmix_reset(void)
{
    __asm__("ldr r0, =cmix_stack_top\n\t"
            "mov sp, r0\n\t"
            "bl cmix_main\n\t"
            ".ltorg");
}

/* The stack may be what failed: begin a new one. The stacked pc is the 7th word of the frame. */
__attribute__((naked)) void cmix_fault(void)
{
    __asm__("ldr r0, [sp, #24]\n\t"
            "mov r1, sp\n\t"
            "ldr r2, =cmix_stack_top\n\t"
            "mov sp, r2\n\t"
            "b cmix_report_fault\n\t"
            ".ltorg");
}

void cmix_report_fault(uint32_t pc, uint32_t sp)
{
    uint32_t words[2] = {pc, sp};

    write_file("fault.bin", 9, words, sizeof words);
    leave(EXIT_FAULT);
}

/* Armv7-M exceptions 1 to 6: reset, NMI, and the four kinds of fault. */
__attribute__((section(".cmix_vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[6])(void);
} cmix_vectors = {
    cmix_stack_top, {cmix_reset, cmix_fault, cmix_fault, cmix_fault, cmix_fault, cmix_fault}};
