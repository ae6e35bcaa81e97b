#include "state.h"
#include <fenv.h>

#if defined(__x86_64__)
uint16_t conformance_x87_control(void) {
  uint16_t word;
  __asm__ volatile("fnstcw %0" : "=m"(word));
  return word;
}
void conformance_set_x87_control(uint16_t word) { __asm__ volatile("fldcw %0" ::"m"(word)); }

uint64_t conformance_control_word(int rounding, int flushes) {
  /* All exceptions masked; FTZ and DAZ. */
  return 0x1f80u | (uint64_t)rounding << 13 | (flushes ? 0x8040u : 0);
}
#elif defined(__aarch64__)
uint16_t conformance_x87_control(void) { return 0; }
void     conformance_set_x87_control(uint16_t word) { (void)word; }

uint64_t conformance_control_word(int rounding, int flushes) {
  /* FPCR's rounding modes are nearest, up, down, toward zero; FZ and FZ16. */
  static const uint64_t modes[4] = {0, 2, 1, 3};
  return modes[rounding] << 22 | (flushes ? 1u << 24 | 1u << 19 : 0);
}
#endif

void conformance_clear_exceptions(void) { feclearexcept(FE_ALL_EXCEPT); }

int conformance_exceptions(void) {
  int raised = fetestexcept(FE_INVALID | FE_DIVBYZERO);
  return (raised & FE_INVALID ? 1 : 0) | (raised & FE_DIVBYZERO ? 2 : 0);
}
