/* How often memory is asked for in a call, and what a call computes:
 *   allocations ACTIVATION ELEMENTS     with libactzoo; prints "forward N", "fused N" after a first call
 * Parameters are their initial values, shared by all. */
#include <actzoo/actzoo.h>
#include <stdio.h>
#include <stdlib.h>

static long asked;
void       *__libc_malloc(size_t);
void       *__libc_calloc(size_t, size_t);
void       *__libc_memalign(size_t, size_t);
void       *__libc_realloc(void *, size_t);
void       *malloc(size_t n) { return __atomic_add_fetch(&asked, 1, 5), __libc_malloc(n); }
void       *calloc(size_t n, size_t m) { return __atomic_add_fetch(&asked, 1, 5), __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return __atomic_add_fetch(&asked, 1, 5), __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) {
  return __atomic_add_fetch(&asked, 1, 5), __libc_memalign(a, n);
}
int posix_memalign(void **p, size_t a, size_t n) {
  __atomic_add_fetch(&asked, 1, 5);
  *p = __libc_memalign(a, n);
  return *p == NULL;
}

#define MAXIMUM 1048576
static float x[MAXIMUM], y[MAXIMUM], dx[MAXIMUM], parameter = 0.01f, gradient;
static char  why[256];

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const actzoo_activation *activation;
  actzoo_zoo              *zoo;
  actzoo_bound            *bound;
  if (actzoo_open(NULL, &zoo, why, sizeof why) ||
      actzoo_find(zoo, argv[1], &activation, why, sizeof why) ||
      actzoo_bind(activation, NULL, &bound, why, sizeof why))
    return fprintf(stderr, "%s\n", why), 1;
  int64_t count = atol(argv[2]), one = 1;
  for (int64_t i = 0; i < count; i++) x[i] = (float)(i % 1000) / 100 - 5;
  const actzoo_tensor tensors[] = {
      {x, 1, 0, 1, ACTZOO_F32, &count, NULL, 0},       {y, 1, 0, 1, ACTZOO_F32, &count, NULL, 0},
      {dx, 1, 0, 1, ACTZOO_F32, &count, NULL, 0},      {&parameter, 1, 0, 1, ACTZOO_F32, &one, NULL, 0},
      {&gradient, 1, 0, 1, ACTZOO_F32, &one, NULL, 0},
  };
  const actzoo_tensor *parameters[] = {&tensors[3]}, *gradients[] = {&tensors[4]};
  actzoo_arguments     a = {0};
  a.size = sizeof a;
  a.x[0] = &tensors[0];
  a.y = &tensors[1];
  a.dx[0] = &tensors[2];
  a.parameters = parameters;
  a.dparameters = gradients;
  a.parameters_count = 1;
  for (int pass = 0; pass < 2; pass++) {
    long before = 0;
    for (int call = 0; call < 11; call++) {
      if (call == 1) before = asked;
      if (pass ? actzoo_fused(bound, &a, why, sizeof why) : actzoo_forward(bound, &a, why, sizeof why))
        return fprintf(stderr, "%s\n", why), 1;
    }
    printf("%s %ld\n", pass ? "fused" : "forward", asked - before);
  }
  return 0;
}
