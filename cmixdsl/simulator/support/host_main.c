/* Reads inputs.bin, calls the function argv[1] times, writes outputs.bin. Every buffer is allocated
   with its exact size, so that AddressSanitizer sees an access outside. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void ${function}(${parameters});

int main(int argc, char **argv)
{
    enum { INPUTS = ${inputs}, BUFFERS = ${buffers} };
    static const size_t sizes[BUFFERS + 1] = {${sizes}};
    uint8_t *buffers[BUFFERS + 1] = {NULL};
    const int runs = argc > 1 ? atoi(argv[1]) : 0;
    FILE *in = fopen("inputs.bin", "rb");
    FILE *out = fopen("outputs.bin", "wb");

    if (in == NULL || out == NULL)
        return 4;
    for (int i = 0; i < BUFFERS; ++i) {
        buffers[i] = calloc(sizes[i], 1);
        if (buffers[i] == NULL)
            return 5;
    }
    for (int run = 0; run < runs; ++run) {
        for (int i = 0; i < INPUTS; ++i)
            if (fread(buffers[i], 1, sizes[i], in) != sizes[i])
                return 4;
        ${function}(${arguments});
        for (int i = INPUTS; i < BUFFERS; ++i)
            if (fwrite(buffers[i], 1, sizes[i], out) != sizes[i])
                return 4;
    }
    for (int i = 0; i < BUFFERS; ++i)
        free(buffers[i]);
    fclose(in);
    return fclose(out) == 0 ? 0 : 4;
}
