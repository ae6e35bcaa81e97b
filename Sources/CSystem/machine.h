/* What the host needs of the machine and of libc, and Swift cannot say: the floating-point control word,
 * CPUID, variadic and macro parts of libc, block transposes. Inline, so that there is nothing to link. */
#ifndef ACTZOO_MACHINE_H
#define ACTZOO_MACHINE_H
#include "csystem.h"

#if defined(__x86_64__)
/* Not <cpuid.h>: inside a clang module it drags in intrinsics built without _GNU_SOURCE. */
static inline int csystem_cpuid(uint32_t leaf, uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
  uint32_t most = leaf & 0x80000000u;
  *c = 0;
  __asm__ volatile("cpuid" : "+a"(most), "=b"(*b), "+c"(*c), "=d"(*d));
  if (most < leaf) return 0;
  *a = leaf;
  *c = 0;
  __asm__ volatile("cpuid" : "+a"(*a), "=b"(*b), "+c"(*c), "=d"(*d));
  return 1;
}

/* The word that governs rounding, exceptions and subnormals on this thread: MXCSR. */
static inline uint64_t csystem_float_control(void) { return __builtin_ia32_stmxcsr(); }
static inline void     csystem_set_float_control(uint64_t word) {
      uint32_t w = (uint32_t)word;
      __asm__ volatile("ldmxcsr %0" ::"m"(w) : "memory");
}
/* Round to nearest, all exceptions masked, subnormals kept. */
static inline uint64_t csystem_float_default(void) { return 0x1f80; }
/* Bits that a library must not change by being loaded; the rest are sticky exception flags. */
static inline uint64_t csystem_float_mode_bits(void) { return 0xffc0; }

/* Highest of the levels 1 to 4 of the x86-64 psABI that CPU and operating system both support. */
static inline int csystem_cpu_level(void) {
  uint32_t a, b, c, d, c1, d1, b7 = 0, c7, ce = 0, low = 0, high;
  if (!csystem_cpuid(1, &a, &b, &c1, &d1)) return 1;
  if (!csystem_cpuid(7, &a, &b7, &c7, &d)) b7 = 0;
  if (!csystem_cpuid(0x80000001u, &a, &b, &ce, &d)) ce = 0;
  /* v2: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF. */
  const uint32_t v2 = 1u | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;
  if ((c1 & v2) != v2 || !(ce & 1u)) return 1;
  /* v3: FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; the system saves YMM. */
  const uint32_t v3 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;
  if ((c1 & v3) != v3 || !(ce & 1u << 5)) return 2;
  const uint32_t v3b = 1u << 3 | 1u << 5 | 1u << 8;
  if ((b7 & v3b) != v3b) return 2;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6u) != 0x6u) return 2;
  /* v4: AVX512 F, DQ, CD, BW, VL; the system saves ZMM. */
  const uint32_t v4 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
  return (b7 & v4) == v4 && (low & 0xe6u) == 0xe6u ? 4 : 3;
}
#elif defined(__aarch64__)
static inline uint64_t csystem_float_control(void) {
  uint64_t word;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
static inline void csystem_set_float_control(uint64_t word) {
  __asm__ volatile("msr fpcr, %0" ::"r"(word) : "memory");
}
static inline uint64_t csystem_float_default(void) { return 0; }
static inline uint64_t csystem_float_mode_bits(void) { return ~(uint64_t)0; }
static inline int      csystem_cpu_level(void) { return 1; }
#endif

static inline int csystem_errno(void) { return errno; }
/* Swift marks fork as unavailable; the host must survive it, and its tests must do it. */
static inline pid_t csystem_fork(void) { return fork(); }
static inline int   csystem_open(const char *path, int flags) { return open(path, flags); }

/* libc's functions that are declared only with _GNU_SOURCE, under names that clash with nobody's. */
int csystem_getaffinity(pid_t process, size_t size, void *set) __asm__("sched_getaffinity");
typedef struct csystem_dl_info {
  const char *dli_fname;
  void       *dli_fbase;
  const char *dli_sname;
  void       *dli_saddr;
} csystem_dl_info;
int csystem_dladdr(const void *address, csystem_dl_info *info) __asm__("dladdr");

/* Processors that this process may use; at least 1. */
static inline int csystem_processors(void) {
  uint64_t set[128] = {0};
  int      count = 0;
  if (csystem_getaffinity(0, sizeof set, set) >= 0)
    for (int i = 0; i < 128; i++) count += __builtin_popcountll(set[i]);
  if (count > 0) return count;
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int)n : 1;
}

static inline void csystem_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/* Signals are for the program's own threads: a worker starts with all of them blocked. */
static inline void csystem_block_signals(void *saved) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, (sigset_t *)saved);
}
static inline void csystem_restore_signals(const void *saved) {
  pthread_sigmask(SIG_SETMASK, (const sigset_t *)saved, NULL);
}

/* Transposes rows x columns elements of 4 bytes: to[c * to_stride + r] = from[r * from_stride + c].
 * Whole 4 x 4 blocks go through registers: plain loops cost three times as much. */
static inline void csystem_transpose32(const uint32_t *from, int64_t from_stride, uint32_t *to,
                                       int64_t to_stride, int64_t rows, int64_t columns) {
  typedef uint32_t four __attribute__((ext_vector_type(4), aligned(4)));
  int64_t          r = 0;
  for (; r + 4 <= rows; r += 4) {
    int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const uint32_t *p = from + r * from_stride + c;
      four            a = *(const four *)p, b = *(const four *)(p + from_stride);
      four d = *(const four *)(p + 2 * from_stride), e = *(const four *)(p + 3 * from_stride);
      four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5),
           de = __builtin_shufflevector(d, e, 0, 4, 1, 5);
      four AB = __builtin_shufflevector(a, b, 2, 6, 3, 7),
           DE = __builtin_shufflevector(d, e, 2, 6, 3, 7);
      uint32_t *q = to + c * to_stride + r;
      *(four *)q = __builtin_shufflevector(ab, de, 0, 1, 4, 5);
      *(four *)(q + to_stride) = __builtin_shufflevector(ab, de, 2, 3, 6, 7);
      *(four *)(q + 2 * to_stride) = __builtin_shufflevector(AB, DE, 0, 1, 4, 5);
      *(four *)(q + 3 * to_stride) = __builtin_shufflevector(AB, DE, 2, 3, 6, 7);
    }
    for (; c < columns; c++)
      for (int64_t i = 0; i < 4; i++) to[c * to_stride + r + i] = from[(r + i) * from_stride + c];
  }
  for (; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) to[c * to_stride + r] = from[r * from_stride + c];
}
#endif
