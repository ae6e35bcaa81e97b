/* The plugin's table: no kernel rows, but kernels over programs, behind the extension. The entry points
 * lend the evaluator its memory: a frame that is not cleared first, which Swift cannot say. */
#include "actzoo/formula.h"
#include <string.h>

/* Bytes of a frame: registers that stay in the first-level cache, and tables. */
enum { ROOM = 64 * 1024 };

/* Evaluator.swift. */
actzoo_status formula_run_f32(const actzoo_formula_program *program, const actzoo_call *call,
                              int64_t pass, void *room, int64_t size);
actzoo_status formula_run_f64(const actzoo_formula_program *program, const actzoo_call *call,
                              int64_t pass, void *room, int64_t size);

#define KERNEL(name, type, pass)                                                                       \
  static actzoo_status name##_##type(const void *self, const actzoo_call *call) {                      \
    _Alignas(128) char room[ROOM];                                                                     \
    return formula_run_##type(self, call, pass, room, ROOM);                                           \
  }
KERNEL(forward, f32, 0)
KERNEL(forward, f64, 0)
KERNEL(backward, f32, 1)
KERNEL(backward, f64, 1)
KERNEL(fused, f32, 2)
KERNEL(fused, f64, 2)

static const actzoo_formula_table table = {
    .size = sizeof(actzoo_formula_table),
    .forward = {forward_f32, forward_f64},
    .backward = {backward_f32, backward_f64},
    .fused = {fused_f32, fused_f64},
};

static const void *extension(const char *id) {
  return strcmp(id, ACTZOO_FORMULA_EXTENSION) == 0 ? &table : NULL;
}

static const actzoo_kernels *const rows[1] = {0};
static const actzoo_plugin         plugin = {
            .size = sizeof(actzoo_plugin), .kernels = rows, .extension = extension};

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
  return &plugin;
}
