/* A foreign function gives the same bits in every pass, layout and number of threads.
 *   foreign NAME f32|f64 [FOLDER]      (one parameter at most; only that folder is searched)
 */
#include "actzoo/actzoo.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                               \
  do {                                                                                                 \
    if (!(condition)) {                                                                                \
      printf("line %d: %s; %s\n", __LINE__, #condition, why);                                          \
      exit(1);                                                                                         \
    }                                                                                                  \
  } while (0)
static char why[512];
enum { ROWS = 300, COLUMNS = 700, COUNT = ROWS * COLUMNS };

static int64_t       shape[] = {ROWS, COLUMNS}, reversed[] = {COLUMNS, -1}, scalar[] = {1};
static actzoo_tensor tensor(void *data, uint32_t dtype) {
  return (actzoo_tensor){.data = data, .device_type = 1, .ndim = 2, .dtype = dtype, .shape = shape};
}

int main(int count, char **words) {
  CHECK(count == 3 || count == 4);
  actzoo_zoo              *zoo;
  const actzoo_activation *f;
  actzoo_bound            *bound;
  const uint32_t           dtype = strcmp(words[2], "f64") == 0 ? ACTZOO_F64 : ACTZOO_F32;
  const size_t             size = dtype == ACTZOO_F64 ? 8 : 4, bytes = COUNT * size;
  const actzoo_binding     binding = {.size = sizeof binding, .dtype = dtype};
  const char              *folder = words[3];
  const actzoo_options     only = {
          .size = sizeof only, .flags = ACTZOO_ONLY_PATHS, .paths = &folder, .paths_count = 1};
  CHECK(actzoo_open(folder ? &only : NULL, &zoo, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_find(zoo, words[1], &f, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_bind(f, &binding, &bound, why, sizeof why) == ACTZOO_OK);
  char  *x = malloc(bytes), *y = malloc(bytes), *z = malloc(bytes), *dx = malloc(bytes);
  double p64 = 1.5;
  float  p32 = 1.5f;
  for (int i = 0; i < COUNT; i++) {
    const double v = (i % 2001 - 1000) / 250.0;
    if (size == 8)
      memcpy(x + i * size, &v, size);
    else
      memcpy(x + i * size, &(float){(float)v}, size);
  }
  actzoo_tensor tx = tensor(x, dtype), ty = tensor(y, dtype), tz = tensor(z, dtype),
                td = tensor(dx, dtype);
  actzoo_tensor        tp = {.data = size == 8 ? (void *)&p64 : (void *)&p32,
                             .device_type = 1,
                             .ndim = 1,
                             .dtype = dtype,
                             .shape = scalar};
  const actzoo_tensor *parameters[] = {&tp};
  actzoo_info          info = {.size = sizeof info};
  CHECK(actzoo_describe(f, &info) == ACTZOO_OK);
  actzoo_arguments a = {.size = sizeof a,
                        .x = {&tx},
                        .y = &ty,
                        .parameters = parameters,
                        .parameters_count = info.parameters_count};
  actzoo_set_threads(1);
  CHECK(actzoo_forward(bound, &a, why, sizeof why) == ACTZOO_OK);
  actzoo_set_threads(4);
  a.y = &tz;
  CHECK(actzoo_forward(bound, &a, why, sizeof why) == ACTZOO_OK);
  CHECK(memcmp(y, z, bytes) == 0);
  memset(z, 0, bytes);
  a.dx[0] = &td;
  CHECK(actzoo_fused(bound, &a, why, sizeof why) == ACTZOO_OK);
  CHECK(memcmp(y, z, bytes) == 0);
  /* Columns backwards, so that the function never sees its elements side by side. */
  tx.data = x + (COLUMNS - 1) * size;
  tz.data = z + (COLUMNS - 1) * size;
  tx.strides = tz.strides = reversed;
  memset(z, 0, bytes);
  CHECK(actzoo_forward(bound, &a, why, sizeof why) == ACTZOO_OK);
  CHECK(memcmp(y, z, bytes) == 0);
  tx.strides = NULL;
  tx.data = x;
  a.y = &tx; /* in place */
  CHECK(actzoo_fused(bound, &a, why, sizeof why) == ACTZOO_OK);
  CHECK(memcmp(y, x, bytes) == 0);
  actzoo_unbind(bound);
  actzoo_close(zoo);
  puts("right");
  return 0;
}
