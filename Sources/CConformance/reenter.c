#include "reenter.h"
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

static struct {
  conformance_job           inner;
  const conformance_output *outputs;
  size_t                    outputs_count;
  uint64_t                  stride, most, instructions;
  conformance_interruptions result;
} work;

/* In the handler: nothing here but the kernel itself, which must not care. */
static void call_inner(void) {
  work.result.calls++;
  if (work.inner.kernel(work.inner.self, work.inner.call)) {
    work.result.wrong++;
    return;
  }
  for (size_t i = 0; i < work.outputs_count; i++)
    if (memcmp(work.outputs[i].data, work.outputs[i].expected, work.outputs[i].bytes)) {
      work.result.wrong++;
      return;
    }
}

static void interrupted(int number, siginfo_t *info, void *context) {
  (void)number, (void)info, (void)context;
#if defined(__x86_64__)
  if (work.instructions++ % work.stride == 0 && work.result.calls < work.most) call_inner();
  if (work.result.calls == work.most) ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100ll;
#else
  if (work.result.calls < work.most) call_inner();
#endif
}

#if defined(__x86_64__)
#define INTERRUPT SIGTRAP
/* The trap flag: the processor stops after every instruction, also those of the kernel. */
static void start(void) { __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | 0x100); }
static void stop(void) { __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~0x100ull); }
#else
#define INTERRUPT SIGALRM
static void tick(long microseconds) {
  struct itimerval every = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &every, NULL);
}
static void start(void) { tick(20); }
static void stop(void) { tick(0); }
#endif

conformance_interruptions conformance_reenter(conformance_job outer, conformance_job inner,
                                              const conformance_output *outputs, size_t outputs_count,
                                              uint64_t stride, uint64_t most) {
  struct sigaction action = {.sa_sigaction = interrupted}, old;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  memset(&work, 0, sizeof work);
  work.inner = inner, work.outputs = outputs, work.outputs_count = outputs_count;
  work.stride = stride, work.most = most;
  sigaction(INTERRUPT, &action, &old);
  start();
  int32_t status = outer.kernel(outer.self, outer.call);
  stop();
  sigaction(INTERRUPT, &old, NULL);
  work.result.status = status;
  return work.result;
}
