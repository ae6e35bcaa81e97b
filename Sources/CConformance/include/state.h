/* Parts of a thread's state that Swift cannot name: x87's control word and the exception flags. */
#ifndef CCONFORMANCE_STATE_H
#define CCONFORMANCE_STATE_H
#include <stdint.h>

/* The control word of long double arithmetic; 0 where there is none. Setting it there does nothing. */
uint16_t conformance_x87_control(void);
void     conformance_set_x87_control(uint16_t word);

/* Exception flags of this thread: 1 invalid, 2 division by zero. */
void conformance_clear_exceptions(void);
int  conformance_exceptions(void);

/* Control words for kernels to run under: rounding 0 to nearest, 1 down, 2 up, 3 toward zero; with
 * subnormals flushed to zero (in and out) or not.                                                   */
uint64_t conformance_control_word(int rounding, int flushes);
#endif
