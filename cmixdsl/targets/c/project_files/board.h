/* What the example needs of the machine that it runs on. */
#ifndef BOARD_H
#define BOARD_H

/* Prints a text that ends in 0. */
void board_write(const char *text);

#endif /* BOARD_H */
