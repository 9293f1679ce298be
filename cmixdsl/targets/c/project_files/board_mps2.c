/* A Cortex-M core under QEMU or with a debugger: start code, and output by semihosting. */
#include "board.h"

#include <stdint.h>

/* Arm semihosting, version 2. */
enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18 };
enum { APPLICATION_EXIT = 0x20026, RUN_TIME_ERROR = 0x20023 };

/* Of board.ld. */
extern uint32_t board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[], board_stack_top[];

int main(void);
void board_reset(void);
void board_fault(void);

static void call_host(uint32_t operation, uintptr_t argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;

    __asm__ volatile("bkpt #0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void board_write(const char *text)
{
    call_host(SYS_WRITE0, (uintptr_t)text);
}

void board_reset(void)
{
    const uint32_t *from = board_data_load;

    for (uint32_t *to = board_data_start; to < board_data_end; ++to)
        *to = *from++;
    for (uint32_t *to = board_bss_start; to < board_bss_end; ++to)
        *to = 0;
    call_host(SYS_EXIT, main() == 0 ? APPLICATION_EXIT : RUN_TIME_ERROR);
    for (;;)
        continue;
}

/* The stack lies at the low end of RAM: one that overflows ends here. */
void board_fault(void)
{
    call_host(SYS_EXIT, RUN_TIME_ERROR);
    for (;;)
        continue;
}

/* Armv7-M: initial stack pointer, then exceptions 1 to 6, reset and faults. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[6])(void);
} vectors = {
    board_stack_top,
    {board_reset, board_fault, board_fault, board_fault, board_fault, board_fault}};
