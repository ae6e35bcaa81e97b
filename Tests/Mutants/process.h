/* What a plugin must leave alone: the state of the process and of the processor. Each fault is asked for
 * either while the library is loaded (from the entry) or in a kernel. */
#ifndef MUTANTS_PROCESS_H
#define MUTANTS_PROCESS_H
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xmmintrin.h>
#include "zoo.h"

INLINE void set_ftz(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
INLINE void set_locale(void) { setlocale(LC_ALL, "C.UTF-8"); }
INLINE void set_environment(void) { setenv("MUTANT", "was here", 1); }
INLINE void change_folder(void) {
  if (chdir("/")) abort();
}
INLINE void open_file(void) {
  if (open("/dev/null", O_RDONLY) < 0) abort();
}
INLINE void install_handler(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGFPE, &ignore, NULL);
}

__attribute__((unused)) static void *idle(void *nothing) {
  for (;;) pause();
  return nothing;
}
__attribute__((unused)) static void *done(void *nothing) { return nothing; }

INLINE void start_thread(void *(*body)(void *)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, NULL)) abort();
  if (body == done) pthread_join(thread, NULL);
}

/* From the entry. */
INLINE void disturb_load(void) {
  if (MUTANT == LOAD_SETS_FTZ) set_ftz();
  if (MUTANT == LOAD_SETS_LOCALE) set_locale();
  if (MUTANT == LOAD_SETS_ENVIRONMENT) set_environment();
  if (MUTANT == LOAD_CHANGES_FOLDER) change_folder();
  if (MUTANT == LOAD_OPENS_FILE) open_file();
  if (MUTANT == LOAD_INSTALLS_HANDLER) install_handler();
  if (MUTANT == LOAD_STARTS_THREAD) start_thread(idle);
  if (MUTANT == LOAD_SLEEPS) usleep(300000);
}

/* From a kernel, before it computes. */
INLINE void disturb_call(const actzoo_call *call) {
  volatile int *volatile nowhere = NULL;
  if (MUTANT == KERNEL_SETS_LOCALE) set_locale();
  if (MUTANT == KERNEL_SETS_ENVIRONMENT) set_environment();
  if (MUTANT == KERNEL_CHANGES_FOLDER) change_folder();
  if (MUTANT == KERNEL_OPENS_FILE) open_file();
  if (MUTANT == KERNEL_INSTALLS_HANDLER) install_handler();
  if (MUTANT == STARTS_THREADS) start_thread(done);
  if (MUTANT == ALLOCATES) {
    volatile char *scratch = malloc(8 * (size_t)(call->extent[3] + 1));
    scratch[0] = 1;
    free((void *)scratch);
  }
  if (MUTANT == MAPS_MEMORY) {
    void *scratch = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(scratch, 1 << 20);
  }
  if (MUTANT == PRINTS && write(1, "evaluating\n", 11) < 0) return;
  if (MUTANT == LOGS) fprintf(stderr, "%lld elements\n", (long long)call->extent[3]);
  if (MUTANT == SEGFAULTS) *nowhere = 0;
  if (MUTANT == ABORTS) abort();
  if (MUTANT == EXITS) _exit(0);
  if (MUTANT == SPINS)
    for (volatile int i = 0;; i++) {
    }
  if (MUTANT == RAISES_INVALID) feraiseexcept(FE_INVALID);
  if (MUTANT == RAISES_DIVIDE) feraiseexcept(FE_DIVBYZERO);
}

/* From a kernel, after it has computed. */
INLINE void disturb_return(void) {
  if (MUTANT == LEAVES_FTZ) set_ftz();
  if (MUTANT == LEAVES_ROUNDING) fesetround(FE_UPWARD);
  if (MUTANT == LEAVES_X87_SINGLE) {
    unsigned short control = 0x007f; /* 24 bits instead of 64 */
    __asm__ volatile("fldcw %0" ::"m"(control));
  }
}
#endif
