/* Counts what the library takes from the heap.
 *   allocations NAME [FOLDER]    prints a line for each pass and size: how often memory was asked for
 *   allocations                  opens the zoo, tries all that can be made of its activations, and closes it,
 *                                again and again: what was refused, and what of a round was never freed */
#include "actzoo/actzoo.h"
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void  __libc_free(void *memory);

/* How often memory was asked for; how much of it was not freed. */
static int asked, kept;

static void *count(void *memory) {
  asked++;
  kept += memory != NULL;
  return memory;
}
void *malloc(size_t size) { return count(__libc_malloc(size)); }
void *calloc(size_t number, size_t size) { return count(__libc_calloc(number, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return count(__libc_memalign(alignment, size)); }
int   posix_memalign(void **memory, size_t alignment, size_t size) {
    return (*memory = aligned_alloc(alignment, size)) ? 0 : 12;
}
void free(void *memory) {
  kept -= memory != NULL;
  __libc_free(memory);
}
void *realloc(void *memory, size_t size) {
  kept -= memory != NULL;
  return count(__libc_realloc(memory, size));
}

static char why[512];

/* Passes a status on, and says what was wrong. */
static actzoo_status told(int isLoud, actzoo_status status) {
  if (isLoud && status) puts(why);
  return status;
}

static void live(int isLoud) {
  actzoo_zoo *zoo;
  if (told(isLoud, actzoo_open(NULL, &zoo, why, sizeof why))) return;
  actzoo_report report = {.size = sizeof report};
  for (uint64_t i = 0; !actzoo_report_at(zoo, i, &report); i++) {
    if (isLoud) puts(report.text);
  }
  for (uint64_t i = 0; i < actzoo_count(zoo); i++) {
    const actzoo_activation *one = actzoo_at(zoo, i);
    actzoo_bound            *bound = NULL;
    actzoo_closure          *closure = NULL;
    uint64_t                 length;
    told(isLoud, actzoo_enclose(one, NULL, ACTZOO_POINT, NULL, 0, &closure, why, sizeof why));
    actzoo_release(closure);
    if (told(isLoud, actzoo_bind(one, NULL, &bound, why, sizeof why))) continue;
    actzoo_unbind(bound);
    told(isLoud, actzoo_export(one, NULL, "torch", NULL, 0, &length, why, sizeof why));
  }
  actzoo_close(zoo);
}

/* The first rounds fill what is kept for good: the loader's tables, the buffer of puts. */
static int rounds(void) {
  for (int turn = 0; turn < 2; turn++) live(turn == 0);
  int before = kept;
  for (int turn = 0; turn < 3; turn++) live(0);
  printf("never freed: %d\n", kept - before);
  return 0;
}

typedef actzoo_status pass(const actzoo_bound *, const actzoo_arguments *, char *, uint64_t);

int main(int arguments_count, char **words) {
  if (arguments_count < 2) return rounds();
  actzoo_zoo              *zoo;
  const actzoo_activation *activation;
  actzoo_bound            *bound;
  const char              *paths[] = {words[2]};
  actzoo_options           options = {sizeof options, 0, paths, arguments_count > 2};
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
