/* The entry and the table of kernels, and their faults. See mutants.txt. */
#include "kernel.h"
#include "text.h"

#if MUTANT == TABLE_WRITABLE || MUTANT == TABLE_EDITED
#define CONSTANT
#else
#define CONSTANT const
#endif

#if MUTANT == INPLACE_UNDECLARED
#define DATA_FLAGS 0
#else
#define DATA_FLAGS (ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD)
#endif
#if MUTANT == READS_X
#define X_FLAGS DATA_FLAGS
#else
#define X_FLAGS (DATA_FLAGS | ACTZOO_BACKWARD_NEEDS_X)
#endif

#if MUTANT == ROW_OF_STRANGER
#define PARABOLA_ID "test.hyperbola/1"
#else
#define PARABOLA_ID "test.parabola/1"
#endif

#if MUTANT == SIZE_ZERO
#define ROW_SIZE 0
#elif MUTANT == SIZE_OF_POINTER
#define ROW_SIZE sizeof(actzoo_kernels *)
#else
#define ROW_SIZE sizeof(actzoo_kernels)
#endif

static void edit_table(void);

/* Three kernels and their row. Backward of leaky needs no x. */
#define ROW(A, name, T, type_name, FLAGS, ID)                                                          \
  static actzoo_status name##_##type_name##_forward(const void *self, const actzoo_call *call) {       \
    (void)self;                                                                                        \
    if (MUTANT == TABLE_EDITED) edit_table();                                                          \
    return evaluate_box(call, A, T, FORWARD, 1);                                                       \
  }                                                                                                    \
  static actzoo_status name##_##type_name##_backward(const void *self, const actzoo_call *call) {      \
    (void)self;                                                                                        \
    return evaluate_box(call, A, T, BACKWARD, A != LEAKY);                                             \
  }                                                                                                    \
  static actzoo_status name##_##type_name##_fused(const void *self, const actzoo_call *call) {         \
    (void)self;                                                                                        \
    return evaluate_box(call, A, T, FORWARD | BACKWARD, 1);                                            \
  }                                                                                                    \
  static CONSTANT actzoo_kernels name##_##type_name = {                                                \
      .size = ROW_SIZE,                                                                                \
      .dtype = MUTANT == DTYPE_UNKNOWN && T == ACTZOO_F64 ? 0x00012000u /* int32 */ : T,               \
      .device_type = 1,                                                                                \
      .flags = FLAGS,                                                                                  \
      .activation = ID,                                                                                \
      .forward = MUTANT == FORWARD_MISSING && T == ACTZOO_F64 ? NULL : name##_##type_name##_forward,   \
      .backward = name##_##type_name##_backward,                                                       \
      .fused = name##_##type_name##_fused,                                                             \
  };

#if HAS(PARABOLA)
#if HAS_F16
ROW(PARABOLA, parabola, ACTZOO_F16, f16, X_FLAGS, PARABOLA_ID)
#endif
ROW(PARABOLA, parabola, ACTZOO_F32, f32, X_FLAGS, PARABOLA_ID)
#if HAS_F64
ROW(PARABOLA, parabola, ACTZOO_F64, f64, X_FLAGS, PARABOLA_ID)
#endif
#endif
#if HAS(LEAKY)
#define Y_FLAGS (DATA_FLAGS | ACTZOO_BACKWARD_NEEDS_Y)
ROW(LEAKY, leaky, ACTZOO_F32, f32, Y_FLAGS, "test.leaky/1")
#if HAS_F64
ROW(LEAKY, leaky, ACTZOO_F64, f64, Y_FLAGS, "test.leaky/1")
#endif
#endif
#if HAS(STEP)
ROW(STEP, step, ACTZOO_F32, f32, X_FLAGS, "test.step/1")
#if HAS_F64
ROW(STEP, step, ACTZOO_F64, f64, X_FLAGS, "test.step/1")
#endif
#endif
#if HAS(JITTER)
ROW(JITTER, jitter, ACTZOO_F32, f32, X_FLAGS, "test.jitter/1")
#if HAS_F64
ROW(JITTER, jitter, ACTZOO_F64, f64, X_FLAGS, "test.jitter/1")
#endif
#endif
#if HAS(GATE)
ROW(GATE, gate, ACTZOO_F32, f32, X_FLAGS, "test.gate/1")
#if HAS_F64
ROW(GATE, gate, ACTZOO_F64, f64, X_FLAGS, "test.gate/1")
#endif
#endif
#if HAS(POLYNOMIAL)
ROW(POLYNOMIAL, polynomial, ACTZOO_F32, f32, X_FLAGS, "test.polynomial/1")
#if HAS_F64
ROW(POLYNOMIAL, polynomial, ACTZOO_F64, f64, X_FLAGS, "test.polynomial/1")
#endif
#endif

static CONSTANT actzoo_kernels *const rows[] = {
#if HAS(PARABOLA)
    &parabola_f32,
#endif
#if HAS(LEAKY)
    &leaky_f32,
#endif
#if HAS(STEP)
    &step_f32,
#endif
#if HAS(JITTER)
    &jitter_f32,
#endif
#if HAS(GATE)
    &gate_f32,
#endif
#if HAS(POLYNOMIAL)
    &polynomial_f32,
#endif
#if HAS_F16 && HAS(PARABOLA)
    &parabola_f16,
#endif
#if HAS_F64 && HAS(PARABOLA)
    &parabola_f64,
#endif
#if MUTANT == NONE
    &leaky_f64,
    &step_f64,
    &jitter_f64,
    &gate_f64,
    &polynomial_f64,
#endif
#if MUTANT == ROW_TWICE
    &parabola_f32,
#endif
#if MUTANT == ROW_NULL
    NULL,
#endif
};

#if MUTANT == TABLE_EDITED
static void edit_table(void) { rows[0]->flags ^= ACTZOO_INPLACE_FORWARD; }
#else
__attribute__((unused)) static void edit_table(void) {}
#endif

#include "entry.h"
