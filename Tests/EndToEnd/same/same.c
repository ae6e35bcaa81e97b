/* One of the callers of test_same_bits.py, which says what they read and write. With a further word
 * it calls as JAX does, with FTZ and DAZ on. */
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include "actzoo/actzoo.h"

static char          why[256];
static actzoo_tensor tensor(float *data, int64_t *shape) {
  return (actzoo_tensor){data, 1, 0, 1, ACTZOO_F32, shape, NULL, 0};
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int64_t count = atoll(argv[2]), one = 1;
  FILE   *file = fopen(argv[3], "rb");
  if (!file || count < 1 || fseek(file, 0, SEEK_END)) return 2;
  size_t all = (size_t)ftell(file) / sizeof(float);
  rewind(file);
  float *given = malloc(all * sizeof(float)), *result = malloc(all * sizeof(float));
  if (!given || !result || fread(given, sizeof(float), all, file) != all) return 2;
  fclose(file);
#ifdef __SSE__
  if (argc > 5) _mm_setcsr(_mm_getcsr() | 0x8040);
#endif

  actzoo_zoo              *zoo;
  const actzoo_activation *activation;
  actzoo_bound            *bound;
  if (actzoo_open(NULL, &zoo, why, sizeof why) ||
      actzoo_find(zoo, argv[1], &activation, why, sizeof why) ||
      actzoo_bind(activation, NULL, &bound, why, sizeof why))
    return fprintf(stderr, "%s\n", why), 1;

  actzoo_tensor        x = tensor(given, &count), dy = tensor(given + count, &count);
  actzoo_tensor        y = tensor(result, &count), dx = tensor(result + count, &count);
  actzoo_tensor        p[8], dp[8];
  const actzoo_tensor *parameters[8], *dparameters[8];
  actzoo_arguments     a = {0};
  a.size = sizeof a;
  a.parameters_count = all - 2 * (uint64_t)count;
  for (uint64_t i = 0; i < a.parameters_count && i < 8; i++) {
    p[i] = tensor(given + 2 * count + i, &one);
    dp[i] = tensor(result + 2 * count + i, &one);
    parameters[i] = &p[i];
    dparameters[i] = &dp[i];
  }
  a.x[0] = &x;
  a.y = &y;
  a.dy = &dy;
  a.dx[0] = &dx;
  a.parameters = parameters;
  a.dparameters = dparameters;
  if (actzoo_forward(bound, &a, why, sizeof why) || actzoo_backward(bound, &a, why, sizeof why))
    return fprintf(stderr, "%s\n", why), 1;
  actzoo_unbind(bound);
  actzoo_close(zoo);

  file = fopen(argv[4], "wb");
  return !file || fwrite(result, sizeof(float), all, file) != all || fclose(file);
}
