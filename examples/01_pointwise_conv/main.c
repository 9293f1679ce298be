/*
 * Runs the compiled layer on one image and prints its output, a line for each pixel.
 *
 * On a board, the loops that fill and print are the parts to replace: by a camera, by the next
 * step of the application.
 */
#include <stdint.h>
#include <stdio.h>

#include "pointwise.h"

enum { PIXELS = 8 * 8, CHANNELS = 4 };

static uint8_t input[POINTWISE_X_BYTES];
static uint8_t output[POINTWISE_Y_BYTES];

/* Element `index` of a row of 4-bit elements: two in each byte, the first in its low half. */
static unsigned get_u4(const uint8_t *row, int index)
{
    return (row[index / 2] >> (index % 2 * 4)) & 15u;
}

int main(void)
{
    for (int i = 0; i < POINTWISE_X_BYTES; ++i) {
        input[i] = (uint8_t)(i * i + 7 * i);
    }
    pointwise(input, output);
    for (int pixel = 0; pixel < PIXELS; ++pixel) {
        const uint8_t *row = &output[pixel * CHANNELS / 2];
        for (int channel = 0; channel < CHANNELS; ++channel) {
            printf("%s%u", channel > 0 ? " " : "", get_u4(row, channel));
        }
        printf("\n");
    }
    return 0;
}
