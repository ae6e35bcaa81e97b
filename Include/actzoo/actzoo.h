/* actzoo/actzoo.h - what C, C++, Python and every other caller uses. Contract 2, version 1.0.
 *
 * Open a zoo, find an activation, bind it to a type and to shapes of parameters, evaluate it on
 * strided tensors:
 *
 *   actzoo_zoo *zoo;  const actzoo_activation *crrelu;  actzoo_bound *f;  char why[256];
 *   if (actzoo_open(NULL, &zoo, why, sizeof why) ||
 *       actzoo_find(zoo, "crrelu", &crrelu, why, sizeof why) ||
 *       actzoo_bind(crrelu, NULL, &f, why, sizeof why)) puts(why);
 *   actzoo_arguments a = {sizeof a};
 *   a.x[0] = &x;  a.y = &y;  a.parameters = &eps;  a.parameters_count = 1;    (tensors: see below)
 *   if (actzoo_forward(f, &a, why, sizeof why)) puts(why);
 *
 * Rules for callers. Each has a number that messages repeat.
 *  C1 status   Every function that can fail returns a status and, when it is not ACTZOO_OK, writes one
 *              sentence to message[message_size] (UTF-8, always terminated; NULL or 0: no text).
 *              After a failure no output has been written.
 *  C2 growth   Structs that start with `size` grow by appended fields. Set `size` to sizeof of what
 *              you compiled and zero the rest: zero always means the default.
 *  C3 owner    You own every buffer and struct you pass; nothing is kept after the call returns.
 *              Strings handed to you live as long as the zoo they came from.
 *  C4 handles  A zoo and an activation live until actzoo_close; a bound handle until actzoo_unbind and a
 *              closure until actzoo_release,
 *              also after the zoo is closed. Plugin libraries are never unloaded. All are immutable.
 *  C5 threads  [concurrent] any thread, any number of calls at once. [exclusive] not while another
 *              call uses the same object.
 *  C6 bits     Results depend on the values, shapes and strides alone: not on the number of threads,
 *              the executor, alignment, or the caller's rounding mode, FTZ or locale.
 *  C7 overlap  Outputs do not overlap inputs or each other, except that y may be exactly x[0], and
 *              dx[0] may be exactly dy (same data, shape and strides). No output has a zero stride
 *              along an axis longer than 1.
 *  C8 fork     A child after fork() may go on calling; threads are made anew when first needed.     */
#ifndef ACTZOO_H
#define ACTZOO_H
#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Statuses beside ACTZOO_OK, ACTZOO_UNSUPPORTED and ACTZOO_INVALID. */
#define ACTZOO_NOT_FOUND 3 /* no activation, preset or file of that name                            */
#define ACTZOO_FAILED 4    /* a plugin could not be loaded or failed; no memory; a system error     */

typedef struct actzoo_zoo        actzoo_zoo;        /* opaque: the activations found               */
typedef struct actzoo_activation actzoo_activation; /* opaque: one of them                         */
typedef struct actzoo_bound      actzoo_bound;      /* opaque: an activation ready to be evaluated */

/* [concurrent] "1.0.0". Lives until the process exits. */
ACTZOO_EXPORT const char *actzoo_version(void);

/* ---------------------------------------------------------------------------------- finding ---- */

#define ACTZOO_NO_ENVIRONMENT                                                                          \
  0x1u                         /* ignore ACTZOO_PATH, ACTZOO_PATH_ONLY, ACTZOO_DISABLE, XDG_*, HOME */
#define ACTZOO_ONLY_PATHS 0x2u /* search `paths` and nothing else                              */
typedef struct actzoo_options {
  uint32_t           size;
  uint32_t           flags;
  const char *const *paths; /* [paths_count] plugin files or folders, searched first         */
  uint64_t           paths_count;
} actzoo_options;

/* [concurrent] Searches for plugins and reads their texts. Runs no plugin code. Order: options->paths,
 * ACTZOO_PATH, the user's folder, beside this library, the system's; with ACTZOO_PATH_ONLY set, that
 * instead. A file that is refused is a report (below), not a failure. `options` may be NULL. */
ACTZOO_EXPORT actzoo_status actzoo_open(const actzoo_options *options, actzoo_zoo **zoo, char *message,
                                        uint64_t message_size);

/* [exclusive] Ends the life of the zoo's activations and strings. NULL is allowed. */
ACTZOO_EXPORT void actzoo_close(actzoo_zoo *zoo);

/* [concurrent] How many activations, and the index-th in order of name (NULL past the end). */
ACTZOO_EXPORT uint64_t                 actzoo_count(const actzoo_zoo *zoo);
ACTZOO_EXPORT const actzoo_activation *actzoo_at(const actzoo_zoo *zoo, uint64_t index);

/* [concurrent] By short name ("crrelu"), alias or full id ("org.zoo.crrelu/1"). NOT_FOUND names the
 * nearest one. A short name that two ids share is INVALID: the full id is needed. */
ACTZOO_EXPORT actzoo_status actzoo_find(const actzoo_zoo *zoo, const char *name,
                                        const actzoo_activation **activation, char *message,
                                        uint64_t message_size);

/* What the host keeps, with the numbers that reports repeat beside the plugins' P1 to P17:
 *  H1  A loaded library is never unloaded.
 *  H2  In a setuid or setgid program the environment is ignored.
 *  H3  The ISA level is chosen before a library is loaded, from its text and its name.
 *  H4  The search order is fixed, folders are read in order of name, and duplicates are reported.
 *  H5  Work is cut by shape alone, never by the number of threads.
 *  H6  A file that others than its owner can write, or that lies in such a folder, is refused.
 *  H7  A plugin is a whole, regular library of this machine, the same one that was checked.       */
#define ACTZOO_REPORT_REFUSED 1u  /* the file is not used                                          */
#define ACTZOO_REPORT_SHADOWED 2u /* an earlier file has the same activation                       */
#define ACTZOO_REPORT_WARNING 3u  /* used, but look at it                                          */
typedef struct actzoo_report {
  uint32_t    size;
  uint32_t    kind;
  const char *path;
  const char *rule; /* "P13", "H4", ... or ""                                                       */
  const char *text; /* one sentence: what is wrong, what to do next                                 */
} actzoo_report;

/* [concurrent] What the search refused or noticed. INVALID past the end. */
ACTZOO_EXPORT uint64_t      actzoo_report_count(const actzoo_zoo *zoo);
ACTZOO_EXPORT actzoo_status actzoo_report_at(const actzoo_zoo *zoo, uint64_t index,
                                             actzoo_report *report);

/* -------------------------------------------------------------------------------- describing ---- */

typedef struct actzoo_info {
  uint32_t    size;
  uint32_t    inputs; /* 1, or 2 if gated: y = f(x, g)                                    */
  uint32_t    parameters_count;
  uint32_t    presets_count;
  uint32_t    uses_noise; /* 1 if the formula uses u                                          */
  uint32_t    reserved;
  double      noise_eval; /* the u that an evaluation without noise uses                      */
  const char *id;         /* "org.zoo.crrelu/1"                                               */
  const char *name;       /* "crrelu"                                                         */
  const char *title;      /* "CRReLU"                                                         */
  const char *formula;    /* as written in the descriptor                                     */
  const char *source;     /* papers, with the evidence word; "" if none                       */
  const char *plugin;     /* "org.zoo.crrelu"                                                 */
  const char *version;    /* "1.0.0"                                                          */
  const char *license;    /* SPDX identifier                                                  */
  const char *path;       /* file it came from                                                */
  const char *isa;        /* "x86-64-v4", ...; "" for a text without kernels                  */
  const char *text;       /* the whole descriptor of the plugin                               */
} actzoo_info;

/* [concurrent] Fills what info->size covers. */
ACTZOO_EXPORT actzoo_status actzoo_describe(const actzoo_activation *activation, actzoo_info *info);

/* How a parameter varies. SAMPLE may be combined with one of the others. */
typedef uint32_t actzoo_granularity;
#define ACTZOO_PER_LAYER 0x0u
#define ACTZOO_PER_CHANNEL 0x1u
#define ACTZOO_PER_GROUP 0x2u   /* channels in consecutive groups of equal size                     */
#define ACTZOO_PER_ELEMENT 0x4u /* every element of a sample                                        */
#define ACTZOO_PER_SAMPLE 0x8u

#define ACTZOO_NO_DECAY 0x1u /* weight decay is not meant for it                                    */
#define ACTZOO_FIXED 0x2u    /* a constant: no gradient, not trained                                */
#define ACTZOO_SUPPLIED 0x4u /* computed by the model for each call: not stored, not initialised    */
#define ACTZOO_VECTOR 0x8u   /* has coefficients, even where their count is 1                       */
typedef struct actzoo_parameter {
  uint32_t           size;
  uint32_t           flags;
  const char        *name;        /* "eps"                                                          */
  actzoo_granularity granularity; /* the default                                                    */
  uint32_t           groups;      /* the default, for PER_GROUP                                     */
  uint64_t           count;       /* coefficients by default; 1 for a scalar                        */
  double             lower;       /* bounds for training, -inf and +inf if none                     */
  double             upper;
} actzoo_parameter;

/* [concurrent] INVALID if there is no index-th parameter. */
ACTZOO_EXPORT actzoo_status actzoo_describe_parameter(const actzoo_activation *activation,
                                                      uint32_t index, actzoo_parameter *parameter);

/* [concurrent] Names of presets; NULL past the end. */
ACTZOO_EXPORT const char *actzoo_preset(const actzoo_activation *activation, uint32_t index);

/* [concurrent] Initial values of the index-th parameter with `count` coefficients (0: the default),
 * of a preset or, with preset NULL or "", of the descriptor. Writes values[count]. */
ACTZOO_EXPORT actzoo_status actzoo_initial(const actzoo_activation *activation, const char *preset,
                                           uint32_t index, uint64_t count, double *values,
                                           char *message, uint64_t message_size);

/* ---------------------------------------------------------------------------------- binding ----- */

/* How one parameter is bound. FROZEN. The parameters of one activation may be in at most two different
 * numbers of groups, one a multiple of the other. */
typedef struct actzoo_choice {
  actzoo_granularity granularity; /* must be one that makes sense together with the tensors         */
  uint32_t           groups;      /* PER_GROUP: how many; 0 = the descriptor's default              */
  uint64_t           count;       /* coefficients; 0 = the descriptor's default                     */
} actzoo_choice;

typedef struct actzoo_binding {
  uint32_t     size;
  actzoo_dtype dtype;        /* of x, y, dy, dx; 0 = ACTZOO_F32                            */
  int32_t      channel_axis; /* axis of channels and groups; negative counts from the end; */
                             /* 0 = axis 1 (NCHW), so use -1 for channels-last             */
  uint32_t             reserved;
  const actzoo_choice *choices;       /* [choices_count]; NULL = the descriptor's defaults          */
  uint64_t             choices_count; /* number of parameters, when choices is given                */
} actzoo_binding;

/* [concurrent] All checks that do not depend on data happen here, once; loads the plugin if it is not
 * loaded. `binding` may be NULL: f32 and the descriptor's defaults. */
ACTZOO_EXPORT actzoo_status actzoo_bind(const actzoo_activation *activation,
                                        const actzoo_binding *binding, actzoo_bound **bound,
                                        char *message, uint64_t message_size);

/* [exclusive] NULL is allowed. */
ACTZOO_EXPORT void actzoo_unbind(actzoo_bound *bound);

/* [concurrent] The activation as text that needs no zoo, what `actzoo export` writes (docs/command.md):
 * `form` is "torch" (Python with an nn.Module), "jax" (Python with functions) or "json" (the description,
 * the formula as a tree). Of `binding` the counts matter; NULL: the descriptor's. *length is the text's
 * length in bytes. text[text_size] gets it with a terminator; NULL: only the length is asked for.
 * INVALID where the text does not fit; UNSUPPORTED where the formula gets too large. */
ACTZOO_EXPORT actzoo_status actzoo_export(const actzoo_activation *activation,
                                          const actzoo_binding *binding, const char *form, char *text,
                                          uint64_t text_size, uint64_t *length, char *message,
                                          uint64_t message_size);

/* ------------------------------------------------------------------------------- evaluating ----- */

/* The layout of DLPack's DLTensor, so that a DLTensor * can be passed as it is. FROZEN.
 * Data need not be aligned beyond its element. */
typedef struct actzoo_tensor {
  void    *data;        /* may be NULL where a shape entry is 0                                     */
  int32_t  device_type; /* 1 = CPU                                                                  */
  int32_t  device_id;
  int32_t  ndim;        /* 0 to 32                                                                  */
  uint32_t dtype;       /* an actzoo_dtype                                                          */
  int64_t *shape;       /* [ndim]                                                                   */
  int64_t *strides;     /* [ndim] in elements, any sign; NULL = row-major                           */
  uint64_t byte_offset; /* added to data                                                            */
} actzoo_tensor;

/* Where shards run. NULL in the arguments: this library's own threads. Exactly one of the two
 * functions is set. FROZEN. */
typedef struct actzoo_executor {
  void    *context;
  uint32_t concurrency; /* how many tasks are worth running at once, >= 1                           */
  uint32_t reserved;
  /* Runs task(argument, i) once for every i in 0..count-1, anywhere, and returns after the last.   */
  void (*parallel_for)(void *context, uint64_t count, void (*task)(void *argument, uint64_t index),
                       void *argument);
  /* Queues task(argument) to be run once, some time, by some thread, and returns at once. The call
   * of actzoo_forward and so on never waits for a task that has not started.                       */
  void (*schedule)(void *context, void (*task)(void *argument), void *argument);
} actzoo_executor;

#define ACTZOO_SEEDED_NOISE 0x1u /* noise from noise_seed and noise_offset instead of a tensor      */

/* Shapes: y, dy, dx and noise have the shape of x[0], x[1] too. A parameter's tensor has the shape
 * [N if per sample][C, or groups, or the shape of x without its axis 0 if per element][count if a
 * vector]; per layer and scalar: any tensor of one element. N is x's axis 0. */
typedef struct actzoo_arguments {
  uint32_t                    size;
  uint32_t                    flags;
  const actzoo_tensor        *x[2];        /* in; x[1] is the formula's g                      */
  const actzoo_tensor        *y;           /* out (forward, fused)                             */
  const actzoo_tensor        *dy;          /* in (backward, fused); NULL = ones                */
  const actzoo_tensor        *dx[2];       /* out; NULL = not wanted                           */
  const actzoo_tensor        *noise;       /* in: f32 in [0,1); NULL = the eval value of u     */
  const actzoo_tensor *const *parameters;  /* in: f32, or f64 when bound to ACTZOO_F64         */
  const actzoo_tensor *const *dparameters; /* out: overwritten with the sum over all elements  */
                                           /* that share the value; f32 or f64; NULL entries   */
                                           /* (or NULL) = not wanted                           */
  uint64_t               parameters_count; /* length of both lists                             */
  uint64_t               noise_seed;       /* with ACTZOO_SEEDED_NOISE: element i (row-major)  */
  uint64_t               noise_offset;     /* has the number actzoo_noise gives at offset + i  */
  const actzoo_executor *executor;
} actzoo_arguments;

/* [concurrent] y = f(x). */
ACTZOO_EXPORT actzoo_status actzoo_forward(const actzoo_bound *bound, const actzoo_arguments *arguments,
                                           char *message, uint64_t message_size);

/* [concurrent] dx = dy * df/dx, dparameters = sums of dy * df/dparameter. y is not read and may be
 * NULL. Without dy, dx is the derivative itself. */
ACTZOO_EXPORT actzoo_status actzoo_backward(const actzoo_bound     *bound,
                                            const actzoo_arguments *arguments, char *message,
                                            uint64_t message_size);

/* [concurrent] Both in one pass. */
ACTZOO_EXPORT actzoo_status actzoo_fused(const actzoo_bound *bound, const actzoo_arguments *arguments,
                                         char *message, uint64_t message_size);

/* [concurrent] values[i] = number offset + i of the stream `seed`: float, uniform in [0,1), a multiple
 * of 2^-24. Counter-based (Philox 4x32-10), so any part of a stream can be made alone. */
ACTZOO_EXPORT void actzoo_noise(uint64_t seed, uint64_t offset, float *values, uint64_t count);

/* --------------------------------------------------------------------------------- closures ----- */

/* An activation and the values of its parameters as a plain function, for code that takes a pointer to
 * one and nothing else: an integrator, a framework's map, a callback without `void *context`.
 *
 *   actzoo_closure *c;  double eps = 0.05;
 *   if (actzoo_enclose(crrelu, &f64, ACTZOO_POINT, &eps, 1, &c, why, sizeof why)) puts(why);
 *   integrate(actzoo_point_f64(c), -1, 1, 100);      (double integrate(double (*f)(double), ...))
 *   actzoo_release(c);
 *
 * The function may be called by any threads at once, until the closure is released. It cannot report:
 * where an evaluation fails (no memory, x and y that overlap in part) it gives NaN. A call of a map may
 * use this library's threads; y may be x. A call costs about 450 ns, a map the same for
 * all its elements together.
 * With ACTZOO_DEBUG=1 in the environment a released closure keeps its memory: calling it gives NaN and a
 * line on standard error that names the activation, and so does an evaluation that fails. Without it,
 * calling a released closure is undefined. */
typedef struct actzoo_closure actzoo_closure; /* opaque */
typedef float (*actzoo_function_f32)(float x);
typedef double (*actzoo_function_f64)(double x);
typedef void (*actzoo_map_f32)(const float *x, float *y, size_t n);
typedef void (*actzoo_map_f64)(const double *x, double *y, size_t n);

#define ACTZOO_POINT 1u /* a function of one number                                                 */
#define ACTZOO_ARRAY 2u /* a function of arrays                                                     */
/* [concurrent] Binds `activation` for good. Of `binding` the type (f32 or f64) and the counts matter;
 * every parameter is per layer. NULL: f32 and the descriptor's counts. values[values_count] are the
 * coefficients of all parameters, one parameter after the other; NULL: the descriptor's initial values.
 * They are copied. UNSUPPORTED for gated activations; the noise u is its eval value. FAILED with a
 * sentence where the system gives no memory that may be executed. A closure outlives the zoo. */
ACTZOO_EXPORT actzoo_status actzoo_enclose(const actzoo_activation *activation,
                                           const actzoo_binding *binding, uint32_t kind,
                                           const double *values, uint64_t values_count,
                                           actzoo_closure **closure, char *message,
                                           uint64_t message_size);

/* [concurrent] The function of a closure; NULL if it is of another kind or type. */
ACTZOO_EXPORT actzoo_function_f32 actzoo_point_f32(const actzoo_closure *closure);
ACTZOO_EXPORT actzoo_function_f64 actzoo_point_f64(const actzoo_closure *closure);
ACTZOO_EXPORT actzoo_map_f32      actzoo_array_f32(const actzoo_closure *closure);
ACTZOO_EXPORT actzoo_map_f64      actzoo_array_f64(const actzoo_closure *closure);

/* [exclusive] Ends a closure and its function, which nobody may be calling. NULL is allowed. */
ACTZOO_EXPORT void actzoo_release(actzoo_closure *closure);

/* [concurrent] Threads of this library's own pool, the caller's included: 0 = as many as CPUs that
 * the process may use (or ACTZOO_THREADS). Results do not depend on it (C6). */
ACTZOO_EXPORT void     actzoo_set_threads(uint32_t threads);
ACTZOO_EXPORT uint32_t actzoo_threads(void);

#ifdef __cplusplus
}
#endif
#endif
