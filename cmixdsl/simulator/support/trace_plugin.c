/* A plugin for QEMU's code generator: writes one 64-bit word for every block of guest code that
   runs from the entry of a function to its return: address | number of instructions << 32. (Not the
   size: at the end of a page QEMU counts bytes that it only looked at.)

   Arguments: entry=ADDRESS, return=ADDRESS, out=FILE. The declarations follow QEMU's documentation
   of the plugin interface; PLUGIN_VERSION is the version of the interface to ask for. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           void (*call)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block,
                                          void (*call)(unsigned int, void *),
                                          enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_uninstall(uint64_t id, void (*call)(uint64_t));

EXPORT int qemu_plugin_version = PLUGIN_VERSION;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

_Static_assert(sizeof(void *) == sizeof(uint64_t), "a block is passed in a pointer");

static uint64_t plugin_id;
static uint32_t entry_address;
static uint32_t return_address;
static FILE *out;
static enum { WAITING, TRACING, FINISHED } state = WAITING;

static void ignore(uint64_t id)
{
    (void)id;
}

static void note_block(unsigned int core, void *data)
{
    const uint64_t block = (uint64_t)(uintptr_t)data;
    const uint32_t address = (uint32_t)block;

    (void)core;
    if (state == WAITING && address == entry_address)
        state = TRACING;
    if (state != TRACING)
        return;
    if (fwrite(&block, sizeof block, 1, out) != 1)
        abort();
    if (address == return_address) {
        state = FINISHED;
        fclose(out);
        qemu_plugin_uninstall(plugin_id, ignore); /* later runs go at full speed */
    }
}

static void translate_block(uint64_t id, struct qemu_plugin_tb *block)
{
    const uint64_t instructions = qemu_plugin_tb_n_insns(block);
    const uint32_t address = (uint32_t)qemu_plugin_tb_vaddr(block);

    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, note_block, QEMU_PLUGIN_CB_NO_REGS,
                                         (void *)(uintptr_t)(address | instructions << 32));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    plugin_id = id;
    for (int i = 0; i < argc; ++i) {
        if (strncmp(argv[i], "entry=", 6) == 0)
            entry_address = (uint32_t)strtoul(argv[i] + 6, NULL, 0);
        else if (strncmp(argv[i], "return=", 7) == 0)
            return_address = (uint32_t)strtoul(argv[i] + 7, NULL, 0);
        else if (strncmp(argv[i], "out=", 4) == 0)
            out = fopen(argv[i] + 4, "wb");
    }
    if (out == NULL)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate_block);
    return 0;
}
