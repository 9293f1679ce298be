/* Runs the network once, on the input in example.h, and prints the elements of its outputs. */
#include "board.h"
#include "example.h"
#include "model.h"

#include <stddef.h>
#include <stdint.h>

static model_output_t output;
@arena@
static void print_number(int32_t value)
{
    char text[12];
    char *p = &text[11];
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;

    *p = '\0';
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--p = '-';
    board_write(p);
}

/* Elements of 2, 4 or 8 bits, least significant bits first; every row begins at a whole byte. */
static int32_t get_element(const example_tensor *tensor, uint32_t row, uint32_t column)
{
    const uint8_t *bytes = (const uint8_t *)tensor->bytes;
    const uint32_t row_bytes = (tensor->columns * tensor->bits + 7) / 8;
    const uint32_t bit = column * tensor->bits;
    const uint32_t mask = (1u << tensor->bits) - 1;
    const uint32_t field = bytes[row * row_bytes + bit / 8] >> bit % 8 & mask;
    const int32_t value = (int32_t)field;

    return tensor->is_signed && value > (int32_t)(mask / 2) ? value - (int32_t)mask - 1 : value;
}

static void print_tensor(const example_tensor *tensor)
{
    board_write(tensor->name);
    board_write(":");
    for (uint32_t row = 0; row < tensor->rows; ++row)
        for (uint32_t column = 0; column < tensor->columns; ++column) {
            board_write(" ");
            print_number(get_element(tensor, row, column));
        }
    board_write("\n");
}

int main(void)
{
    const example_tensor outputs[] = {
@outputs@
    };

    model_run(&example_input, &output@arena_argument@);
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; ++i)
        print_tensor(&outputs[i]);
    return 0;
}
