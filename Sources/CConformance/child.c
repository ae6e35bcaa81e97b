#include "child.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static conformance_board *board;

static void leave(int number, siginfo_t *info, void *context) {
  (void)context;
  board->address = (uint64_t)(uintptr_t)info->si_addr;
#if defined(__x86_64__)
  board->is_write = ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2 ? 1 : 0;
#else
  board->is_write = 2;
#endif
  board->signal = number;
  /* SA_RESETHAND: the instruction runs again, and this time kills the process with the true signal. */
}

int conformance_catch_faults(conformance_board *shared) {
  board = shared;
  size_t size = 64 << 10;
  void  *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return -1;
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  if (sigaltstack(&stack, NULL)) return -1;
  struct sigaction action = {.sa_sigaction = leave};
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (sigaction(signals[i], &action, NULL)) return -1;
  return 0;
}

pid_t conformance_fork(void) { return fork(); }

int conformance_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int conformance_watch_process(pid_t process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  (void)process;
  return -1;
#endif
}
