/* A computer with an operating system. */
#include "board.h"

#include <stdio.h>

void board_write(const char *text)
{
    fputs(text, stdout);
}
