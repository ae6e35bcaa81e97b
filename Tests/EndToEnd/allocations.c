/* Counts what a call of the library takes from the heap.
 *   allocations NAME [FOLDER]    prints a line for each pass and size: how often memory was asked for */
#include "actzoo/actzoo.h"
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static int asked;
void      *malloc(size_t size) { return asked++, __libc_malloc(size); }
void      *calloc(size_t count, size_t size) { return asked++, __libc_calloc(count, size); }
void      *realloc(void *memory, size_t size) { return asked++, __libc_realloc(memory, size); }
void *aligned_alloc(size_t alignment, size_t size) { return asked++, __libc_memalign(alignment, size); }
int   posix_memalign(void **memory, size_t alignment, size_t size) {
    asked++;
    return (*memory = __libc_memalign(alignment, size)) ? 0 : 12;
}

typedef actzoo_status pass(const actzoo_bound *, const actzoo_arguments *, char *, uint64_t);

int main(int count, char **words) {
  char                     why[512] = "";
  actzoo_zoo              *zoo;
  const actzoo_activation *activation;
  actzoo_bound            *bound;
  const char              *paths[] = {words[2]};
  actzoo_options           options = {sizeof options, 0, paths, count > 2};
  if (actzoo_open(&options, &zoo, why, sizeof why) ||
      actzoo_find(zoo, words[1], &activation, why, sizeof why) ||
      actzoo_bind(activation, NULL, &bound, why, sizeof why)) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  actzoo_set_threads(1);
  actzoo_info info = {.size = sizeof info};
  actzoo_describe(activation, &info);

  int64_t sizes[] = {0, 1, 1000, 65536, 1048576};
  for (int s = 0; s < 5; s++) {
    int64_t       n = sizes[s];
    float        *x = calloc((size_t)n + 1, 4), *y = calloc((size_t)n + 1, 4), eps = 0.05f, deps = 0;
    actzoo_tensor tx = {x, 1, 0, 1, ACTZOO_F32, &n, NULL, 0}, ty = tx;
    actzoo_tensor tp = {&eps, 1, 0, 0, ACTZOO_F32, NULL, NULL, 0}, td = tp;
    ty.data = y;
    td.data = &deps;
    const actzoo_tensor *parameters[] = {&tp}, *gradients[] = {&td};
    actzoo_arguments     forward = {.size = sizeof forward};
    forward.x[0] = &tx;
    forward.y = &ty;
    forward.parameters = parameters;
    forward.parameters_count = info.parameters_count;
    actzoo_arguments backward = forward;
    backward.y = NULL;
    backward.dx[0] = &ty;
    backward.dparameters = gradients;
    pass                   *passes[] = {actzoo_forward, actzoo_backward};
    const actzoo_arguments *arguments[] = {&forward, &backward};
    for (int p = 0; p < 2; p++) {
      for (int turn = 0; turn < 2; turn++) {
        asked = 0;
        if (passes[p](bound, arguments[p], why, sizeof why)) {
          fprintf(stderr, "%s\n", why);
          return 1;
        }
      }
      printf("%s %lld: %d\n", p ? "backward" : "forward", (long long)n, asked);
    }
    free(x);
    free(y);
  }
  return 0;
}
